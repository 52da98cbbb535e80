import type { KeyEvent } from '../input/input-event.ts';

/** Modes the program inside has set, on which the bytes of a key depend. */
export interface KeyModes {
  /** DECCKM: cursor keys come as `ESC O A`. */
  readonly applicationCursor: boolean;
}

/**
 * The bytes a key means to a program on an xterm-256color. Keys are encoded anew, not passed on: the terminal outside
 * may be another one, with other sequences for the same key. Empty: the key means nothing.
 */
export function encodeKey({ name, text }: KeyEvent, modes: KeyModes): string {
  if (text !== '') return text;
  const [, held = '', bare = ''] = /^((?:ctrl-|alt-|shift-)*)(.+)$/s.exec(name) ?? [];
  const alt = held.includes('alt-');
  const ctrl = held.includes('ctrl-');
  const shift = held.includes('shift-');
  const modifier = 1 + (shift ? 1 : 0) + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  const cursor = cursorKeys[bare];
  if (cursor !== undefined) {
    if (modifier > 1) return `\u001b[1;${modifier}${cursor}`;
    return `${modes.applicationCursor ? '\u001bO' : '\u001b['}${cursor}`;
  }
  const ss3 = functionKeys[bare];
  if (ss3 !== undefined) return modifier > 1 ? `\u001b[1;${modifier}${ss3}` : `\u001bO${ss3}`;
  const tilde = tildeKeys[bare];
  if (tilde !== undefined) return modifier > 1 ? `\u001b[${tilde};${modifier}~` : `\u001b[${tilde}~`;
  if (bare === 'tab' && shift) return '\u001b[Z';
  const plain = plainKey(bare, ctrl);
  return plain === '' ? '' : `${alt ? '\u001b' : ''}${plain}`;
}

/** Text pasted: bracketed where the program asked for it; never with the mark that would end the bracket early. */
export function encodePaste(text: string, bracketed: boolean): string {
  const clean = text.replaceAll('\u001b[201~', '').replaceAll('\u001b[200~', '');
  return bracketed ? `\u001b[200~${clean}\u001b[201~` : clean.replace(/\r?\n/g, '\r');
}

function plainKey(bare: string, ctrl: boolean): string {
  switch (bare) {
    case 'enter':
      return '\r';
    case 'tab':
      return '\t';
    case 'esc':
      return '\u001b';
    case 'backspace':
      return ctrl ? '\b' : '\u007f';
    case 'space':
      return ctrl ? '\u0000' : ' ';
    default:
      if (!ctrl) return [...bare].length === 1 ? bare : '';
      return /^[a-z[\\\]^_]$/.test(bare) ? String.fromCharCode(bare.charCodeAt(0) & 0x1f) : '';
  }
}

const cursorKeys: Readonly<Record<string, string>> = {
  up: 'A',
  down: 'B',
  right: 'C',
  left: 'D',
  begin: 'E',
  end: 'F',
  home: 'H',
};

const functionKeys: Readonly<Record<string, string>> = { f1: 'P', f2: 'Q', f3: 'R', f4: 'S' };

const tildeKeys: Readonly<Record<string, number>> = {
  insert: 2,
  delete: 3,
  pageup: 5,
  pagedown: 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
};
