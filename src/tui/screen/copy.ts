import { subjectName } from '../../app/commands/subject.ts';
import { plainText } from '../paint/styled-text.ts';
import { say } from './say.ts';
import { focusedPane, type Screen } from './screen.ts';

/** Terminals refuse longer clipboard texts. */
const most = 70_000;

/** Copies the name of what is selected; in the log the line of the search hit, else the lowest line in sight. */
export function copySelected(screen: Screen): void {
  const { focus, logs } = screen.view.state;
  if (focus === 'logs') {
    const ring = screen.logs.shown?.ring;
    const line = ring?.at(logs.hit ?? logs.bottom ?? ring.end - 1);
    if (line !== undefined) copyText(screen, plainText(line.text), 'the line');
    return;
  }
  const selected = focusedPane(screen)?.selected();
  if (selected !== undefined) copyText(screen, subjectName(selected.kind, selected.subject));
}

/** Hands text to the clipboard of the terminal (OSC 52), which works over SSH too. */
export function copyText(screen: Screen, text: string, name = text): void {
  const sequence = `\u001b]52;c;${Buffer.from(text.slice(0, most)).toString('base64')}\u0007`;
  // tmux passes it on when its set-clipboard allows; screen wants it wrapped.
  const { TERM = '', STY } = screen.device.env;
  const wrapped = STY !== undefined && TERM.startsWith('screen') ? `\u001bP${sequence}\u001b\\` : sequence;
  screen.device.send(wrapped);
  say(screen, 'success', `copied ${name}`);
}
