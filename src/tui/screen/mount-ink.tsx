import { render } from 'ink';
import { App } from '../app.tsx';
import { ScreenContext } from '../hooks/screen-context.ts';
import type { InkStdin } from '../input/ink-stdin.ts';
import { InkStdout } from '../paint/ink-stdout.ts';
import type { Screen } from './screen.ts';

/** Ink as it is mounted on a screen. */
export interface InkMount {
  resize(columns: number, rows: number): void;
  unmount(): void;
  /** Rejects with an error thrown while drawing. */
  readonly ended: Promise<unknown>;
}

/** Ink's frames are drawn at once when something changed, and at most this often. */
const maxFps = 60;

/** Mounts the chrome: Ink writes to the painter and reads from the screen's own keyboard. */
export function mountInk(screen: Screen, typing: InkStdin): InkMount {
  const { painter } = screen;
  const stdout = new InkStdout(painter.columns, painter.rows, (text) => painter.inkWrite(text));
  const ink = render(
    <ScreenContext value={screen}>
      <App />
    </ScreenContext>,
    {
      stdout: stdout as unknown as NodeJS.WriteStream,
      stdin: typing as unknown as NodeJS.ReadStream,
      stderr: stdout as unknown as NodeJS.WriteStream,
      exitOnCtrlC: false,
      patchConsole: false,
      interactive: true,
      maxFps,
    },
  );
  return {
    resize: (columns, rows) => stdout.resize(columns, rows),
    unmount: () => ink.unmount(),
    ended: ink.waitUntilExit(),
  };
}
