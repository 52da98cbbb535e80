/**
 * Where text goes. What a template makes is somebody's own text: a program that reads it wants each value as it is, a
 * terminal must not act upon it.
 */
export interface PrintTarget {
  readonly isTerminal: boolean;
}

/** What is taken for granted where nobody says. */
export const terminalTarget: PrintTarget = { isTerminal: true };
