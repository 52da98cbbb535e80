import { afterEach, describe, expect, it, vi } from 'vitest';
import { InputDecoder } from '../../../../src/tui/input/input-decoder.ts';
import type { KeyEvent, MouseEvent } from '../../../../src/tui/input/input-event.ts';
import { DetachKeys } from '../../../../src/tui/terminal/detach-keys.ts';
import { encodeKey, encodePaste } from '../../../../src/tui/terminal/encode-key.ts';
import { encodeMouse } from '../../../../src/tui/terminal/encode-mouse.ts';

const key = (name: string, text = ''): KeyEvent => ({ kind: 'key', name, text });
const normal = { applicationCursor: false };

describe('keys for a program', () => {
  it.each([
    ['up', '\u001b[A'],
    ['ctrl-right', '\u001b[1;5C'],
    ['home', '\u001b[H'],
    ['pageup', '\u001b[5~'],
    ['shift-pageup', '\u001b[5;2~'],
    ['f1', '\u001bOP'],
    ['f5', '\u001b[15~'],
    ['enter', '\r'],
    ['tab', '\t'],
    ['shift-tab', '\u001b[Z'],
    ['esc', '\u001b'],
    ['backspace', '\u007f'],
    ['ctrl-c', '\u0003'],
    ['ctrl-space', '\u0000'],
    ['ctrl-]', '\u001d'],
    ['alt-x', '\u001bx'],
    ['alt-enter', '\u001b\r'],
  ])('%s', (name, bytes) => {
    expect(encodeKey(key(name), normal)).toBe(bytes);
  });

  it('sends cursor keys as the program asked for', () => {
    expect(encodeKey(key('up'), { applicationCursor: true })).toBe('\u001bOA');
    expect(encodeKey(key('ctrl-up'), { applicationCursor: true })).toBe('\u001b[1;5A');
  });

  it('makes the same of a key whatever the terminal outside sends for it', () => {
    const home = ['\u001b[H', '\u001bOH', '\u001b[1~', '\u001b[7~'].map((bytes) => {
      const [event] = new InputDecoder().push(Buffer.from(bytes));
      return event?.kind === 'key' ? encodeKey(event, normal) : undefined;
    });
    expect(new Set(home)).toEqual(new Set(['\u001b[H']));
  });

  it('types text as it is', () => {
    expect(encodeKey(key('é', 'é'), normal)).toBe('é');
  });

  it('brackets a paste only where asked, and lets nothing end the bracket early', () => {
    expect(encodePaste('a\nb', false)).toBe('a\rb');
    expect(encodePaste('a\u001b[201~rm -rf /\n', true)).toBe('\u001b[200~arm -rf /\n\u001b[201~');
  });
});

describe('mouse for a program', () => {
  const press: MouseEvent = {
    kind: 'mouse',
    action: 'press',
    button: 0,
    column: 50,
    row: 20,
    shift: false,
    alt: false,
    ctrl: true,
  };

  it('speaks of the pane, not of the screen', () => {
    expect(encodeMouse(press, 'vt200', 3, 4)).toBe('\u001b[<16;4;5M');
    expect(encodeMouse({ ...press, action: 'release', ctrl: false }, 'vt200', 3, 4)).toBe('\u001b[<0;4;5m');
  });

  it('says nothing the program did not ask for', () => {
    expect(encodeMouse(press, 'none', 0, 0)).toBe('');
    expect(encodeMouse({ ...press, action: 'move' }, 'vt200', 0, 0)).toBe('');
    expect(encodeMouse({ ...press, action: 'wheel-up', button: -1, ctrl: false }, 'vt200', 0, 0)).toBe(
      '\u001b[<64;1;1M',
    );
  });
});

describe('detach keys', () => {
  afterEach(() => void vi.useRealTimers());

  function watched() {
    const passed: string[] = [];
    let left = 0;
    const keys = new DetachKeys(
      ({ name }) => passed.push(name),
      () => {
        left += 1;
      },
    );
    return {
      passed,
      press: (...names: string[]) => names.forEach((name) => void keys.key(key(name))),
      left: () => left,
    };
  }

  it('leave on ctrl-p ctrl-q', () => {
    const { passed, press, left } = watched();
    press('a', 'ctrl-p', 'ctrl-q');
    expect([passed, left()]).toEqual([['a'], 1]);
  });

  it('give ctrl-p to the program when something else follows', () => {
    const { passed, press, left } = watched();
    press('ctrl-p', 'x', 'ctrl-p', 'ctrl-p', 'ctrl-q');
    expect([passed, left()]).toEqual([['ctrl-p', 'x', 'ctrl-p'], 1]);
  });

  it('do not hold ctrl-p for long', () => {
    vi.useFakeTimers();
    const { passed, press } = watched();
    press('ctrl-p');
    expect(passed).toEqual([]);
    vi.advanceTimersByTime(401);
    expect(passed).toEqual(['ctrl-p']);
  });
});
