import type { SaidMessage } from '../view/view-state.ts';
import { openViewer } from './overlays.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';

const signs = { success: '✓', info: '·', warning: '!', danger: '✗' } as const;

/** What the status line said, in full, the newest first. */
export function showMessages(screen: Screen): void {
  const { said } = screen.view.state;
  if (said.length === 0) say(screen, 'info', 'nothing was said yet');
  else openViewer(screen, 'Messages', said.toReversed().flatMap(messageLines));
}

function messageLines({ atMs, tone, text, hint }: SaidMessage): readonly string[] {
  const time = new Date(atMs).toTimeString().slice(0, 8);
  const line = `${time}  ${signs[tone]} ${text}`;
  return hint === undefined ? [line] : [line, `${' '.repeat(time.length + 4)}${hint}`];
}
