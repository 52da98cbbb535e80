import { stripControl } from '../../base/strip-control.ts';
import type { InputEvent } from '../input/input-event.ts';
import type { Screen } from './screen.ts';

const pasteLimit = 4096;

/** Hands what types something to the text field of Ink that has the focus; everything else is dropped here. */
export function typeInto(screen: Screen, event: InputEvent): void {
  if (event.kind === 'paste') {
    // Terminals send line ends as carriage returns. A field has one line, and what is pasted never goes by itself.
    const lines = event.text.slice(0, pasteLimit).replaceAll('\r', '\n');
    const text = stripControl(lines).replace(/\s+/g, ' ').trim();
    if (text !== '') screen.typing.type(text);
  } else if (event.kind === 'key') {
    const sequence = event.text === '' ? editingKeys[event.name] : event.text;
    if (sequence !== undefined) screen.typing.type(sequence);
  }
}

const editingKeys: Readonly<Record<string, string>> = {
  backspace: '\u007f',
  'ctrl-h': '\u007f',
  left: '\u001b[D',
  right: '\u001b[C',
};
