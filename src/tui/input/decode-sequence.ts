import type { InputEvent, KeyEvent, MouseEvent } from './input-event.ts';

/** The event of a whole `ESC [ parameters final` sequence; undefined: nothing we know, and never text. */
export function decodeCsi(parameters: string, final: string): InputEvent | undefined {
  const sequence = `\u001b[${parameters}${final}`;
  if (parameters.startsWith('<') && (final === 'M' || final === 'm')) return decodeMouse(parameters, final);
  if (/^[?>=]/.test(parameters) || final === 'R' || final === 'c' || final === 'n')
    return { kind: 'reply', sequence };
  if ((final === 'I' || final === 'O') && parameters === '') return { kind: 'reply', sequence };
  const numbers = parameters.split(';').map((part) => Number.parseInt(part, 10) || 0);
  if (final === 'u') return decodeCodePoint(numbers[0] ?? 0, numbers[1] ?? 1);
  if (final === '~' && numbers[0] === 27) return decodeCodePoint(numbers[2] ?? 0, numbers[1] ?? 1);
  if (final === 'Z') return key('shift-tab');
  const name = final === '~' ? tildeKeys[numbers[0] ?? 0] : letterKeys[final];
  return name === undefined ? undefined : key(withModifiers(name, numbers[1] ?? 1));
}

/** `ESC O final`: cursor and function keys of a terminal in application mode. */
export function decodeSs3(final: string): KeyEvent | undefined {
  if (final === 'M') return key('enter');
  const name = letterKeys[final];
  return name === undefined ? undefined : key(name);
}

/** One character that is not part of a sequence. */
export function decodeCharacter(character: string): KeyEvent {
  const code = character.codePointAt(0) ?? 0;
  switch (code) {
    case 0x00:
      return key('ctrl-space');
    case 0x08:
      return key('ctrl-h');
    case 0x09:
      return key('tab');
    case 0x0a:
      return key('ctrl-j');
    case 0x0d:
      return key('enter');
    case 0x1b:
      return key('esc');
    case 0x20:
      return { kind: 'key', name: 'space', text: ' ' };
    case 0x7f:
      return key('backspace');
    default:
      if (code < 0x1b) return key(`ctrl-${String.fromCharCode(code + 0x60)}`);
      if (code < 0x20) return key(`ctrl-${String.fromCharCode(code + 0x40)}`);
      if (code >= 0x80 && code < 0xa0) return key(`c1-${code.toString(16)}`);
      return { kind: 'key', name: character, text: character };
  }
}

/** `ESC character`: alt held down. */
export function decodeAlt(character: string): KeyEvent {
  return key(`alt-${decodeCharacter(character).name}`);
}

const letterKeys: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const tildeKeys: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

function key(name: string): KeyEvent {
  return { kind: 'key', name, text: '' };
}

/** xterm counts modifiers from 1: shift 1, alt 2, ctrl 4. */
function withModifiers(name: string, parameter: number): string {
  const held = Math.max(0, parameter - 1);
  return `${held & 4 ? 'ctrl-' : ''}${held & 2 ? 'alt-' : ''}${held & 1 ? 'shift-' : ''}${name}`;
}

/** `CSI code ; modifiers u`, which some terminals send for keys the old encoding cannot tell apart. */
function decodeCodePoint(code: number, modifiers: number): KeyEvent | undefined {
  if (code <= 0 || code > 0x10ffff) return undefined;
  const plain = decodeCharacter(String.fromCodePoint(code));
  const held = Math.max(0, modifiers - 1);
  if ((held & ~1) === 0) return (held & 1) !== 0 && plain.text === '' ? key(`shift-${plain.name}`) : plain;
  return key(withModifiers(plain.name, (held & ~(plain.text === '' ? 0 : 1)) + 1));
}

/** SGR mouse reports (mode 1006). */
function decodeMouse(parameters: string, final: string): MouseEvent | undefined {
  const [code, column, row] = parameters
    .slice(1)
    .split(';')
    .map((part) => Number.parseInt(part, 10));
  if (code === undefined || column === undefined || row === undefined || !(column > 0) || !(row > 0))
    return undefined;
  const wheel = (code & 64) !== 0;
  const moved = (code & 32) !== 0;
  const button = wheel || (code & 3) === 3 ? -1 : code & 3;
  return {
    kind: 'mouse',
    action: wheel
      ? (code & 1) === 0
        ? 'wheel-up'
        : 'wheel-down'
      : moved
        ? 'move'
        : final === 'M'
          ? 'press'
          : 'release',
    button,
    column: column - 1,
    row: row - 1,
    shift: (code & 4) !== 0,
    alt: (code & 8) !== 0,
    ctrl: (code & 16) !== 0,
  };
}
