import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { allCommands } from '../../src/app/commands/all-commands.ts';
import type { TerminalDevice } from '../../src/tui/device/terminal-device.ts';
import { enterSequence, leaveSequence } from '../../src/tui/device/terminal-modes.ts';
import { StdinReader } from '../../src/tui/input/stdin-reader.ts';
import { createScreen } from '../../src/tui/screen/create-screen.ts';
import { handleInput, isTyping } from '../../src/tui/screen/handle-input.ts';
import type { Screen } from '../../src/tui/screen/screen.ts';
import { Emulator } from './emulator.ts';
import { FakeEngine, fakeNow } from './fake-engine.ts';
import { until } from './until.ts';

// Vitest compiles JSX for development, and React's production build has no runtime for that.
process.env['NODE_ENV'] = 'development';

export interface MountOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly engine?: FakeEngine;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What is wrong with plugins. */
  readonly pluginWarnings?: readonly string[];
  /** Folder of the user's files, left as it is afterwards. Default: a new one that goes with the screen. */
  readonly home?: string;
  /** Default: a program that prints its arguments. */
  readonly selfCommand?: readonly [string, ...string[]];
  /** Default: the moment the fake's world stands still at. */
  readonly now?: () => number;
}

/** A screen in a terminal emulator, driven by keys as a person drives it. */
export interface MountedScreen extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly engine: FakeEngine;
  readonly screen: Screen;
  /** Folder of the user's files. */
  readonly home: string;
  /** Exit status once it ended by itself. */
  readonly ended: Promise<number>;
  /** Bytes as a terminal sends them: `j`, `\r`, `\u001b[A`. Settled afterwards. */
  press(...keys: readonly string[]): Promise<void>;
  /** Waits until the screen shows a text; fails with what it shows instead. */
  shows(text: string | RegExp): Promise<void>;
  /** Waits until a text is gone. */
  lacks(text: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until nothing is drawn any more. */
  settle(): Promise<void>;
}

export async function mountScreen(options: MountOptions = {}): Promise<MountedScreen> {
  const { columns = 120, rows = 40, engine = new FakeEngine() } = options;
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'gantry-screen-')));
  const env = { HOME: home, TERM: 'xterm-256color', COLORTERM: 'truecolor', ...options.env };
  const emulator = new Emulator(columns, rows);
  const input = new PassThrough();
  const resizes = new Set<() => void>();
  const size = { columns, rows };
  const device: TerminalDevice = {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    input,
    env,
    write: (text, done) => emulator.write(text, done),
    send: (sequence) => emulator.write(sequence),
    enter: () => emulator.write(enterSequence),
    leave: () => emulator.write(leaveSequence),
    drain: () => emulator.settle(),
    onResize(listener) {
      resizes.add(listener);
      return () => resizes.delete(listener);
    },
  };
  const ended = Promise.withResolvers<number>();
  const running = await createScreen({
    engine,
    device,
    cwd: options.cwd ?? '/srv/app',
    env,
    dirs: { config: join(home, 'config'), state: join(home, 'state') },
    selfCommand: options.selfCommand ?? ['/bin/echo'],
    now: options.now ?? (() => fakeNow),
    loadCommands: () => allCommands(),
    loadPluginCommands: async (warn) => {
      for (const warning of options.pluginWarnings ?? []) warn(warning);
      return [];
    },
    ended: (status) => ended.resolve(status),
  });
  const { screen } = running;
  const reader = new StdinReader(
    input,
    (event) => handleInput(screen, event),
    () => isTyping(screen),
  );

  await until(() => screen.commands.some(({ id }) => id === 'container.stop'));

  const settle = async (): Promise<void> => {
    let quiet = 0;
    let { bytes } = emulator;
    // Two batches of data and a frame of Ink fit into this.
    while (quiet < 8) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await emulator.settle();
      quiet = emulator.bytes === bytes ? quiet + 1 : 0;
      bytes = emulator.bytes;
    }
  };
  const matches = (text: string | RegExp): boolean => {
    const seen = emulator.text();
    return typeof text === 'string' ? seen.includes(text) : text.test(seen);
  };
  const wait = async (holds: () => boolean, what: string): Promise<void> => {
    await until(holds, 5000).catch(() => {
      throw new Error(`${what} in\n${emulator.text()}`);
    });
  };
  return {
    emulator,
    engine,
    screen,
    home,
    ended: ended.promise,
    async press(...keys) {
      for (const key of keys) {
        input.write(key);
        await settle();
      }
    },
    shows: (text) => wait(() => matches(text), `want ${text}`),
    lacks: (text) => wait(() => !matches(text), `want no ${text}`),
    async resize(toColumns, toRows) {
      Object.assign(size, { columns: toColumns, rows: toRows });
      emulator.resize(toColumns, toRows);
      for (const listener of resizes) listener();
      await settle();
    },
    settle,
    async [Symbol.asyncDispose]() {
      reader[Symbol.dispose]();
      await running[Symbol.asyncDispose]();
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
    },
  };
}
