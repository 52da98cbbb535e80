import type { MouseEvent } from '../input/input-event.ts';

/** Which mouse events the program inside wants, as the emulator tells. */
export type MouseTracking = 'none' | 'x10' | 'vt200' | 'drag' | 'any';

/** A mouse event in the coordinates of the pane, as an SGR report; empty where the program does not want it. */
export function encodeMouse(event: MouseEvent, tracking: MouseTracking, column: number, row: number): string {
  if (tracking === 'none') return '';
  if (event.action === 'move' && (tracking === 'x10' || tracking === 'vt200')) return '';
  if (event.action === 'move' && tracking === 'drag' && event.button < 0) return '';
  if (event.action === 'release' && tracking === 'x10') return '';
  const wheel = event.action === 'wheel-up' ? 64 : event.action === 'wheel-down' ? 65 : undefined;
  const button = wheel ?? (event.button < 0 ? 3 : event.button);
  const code =
    button +
    (event.action === 'move' ? 32 : 0) +
    (event.shift ? 4 : 0) +
    (event.alt ? 8 : 0) +
    (event.ctrl ? 16 : 0);
  return `\u001b[<${code};${column + 1};${row + 1}${event.action === 'release' ? 'm' : 'M'}`;
}
