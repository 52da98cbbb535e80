/** One key press. */
export interface KeyEvent {
  readonly kind: 'key';
  /**
   * As bindings spell it: `a`, `G`, `ctrl-r`, `alt-1`, `shift-tab`, `enter`, `esc`, `space`, `up`, `f5`. `text` for
   * several letters at once, which only text fields are given.
   */
  readonly name: string;
  /** What it types; empty for keys that type nothing. */
  readonly text: string;
}

/** Text pasted in one go, as the terminal brackets it (mode 2004). */
export interface PasteEvent {
  readonly kind: 'paste';
  readonly text: string;
}

export interface MouseEvent {
  readonly kind: 'mouse';
  readonly action: 'press' | 'release' | 'move' | 'wheel-up' | 'wheel-down';
  /** 0 left, 1 middle, 2 right; -1 where none is meant. */
  readonly button: number;
  /** Cells of the screen, from 0. */
  readonly column: number;
  readonly row: number;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
}

/** What the terminal answers to a query (cursor position, attributes, colours) or tells unasked (focus). */
export interface ReplyEvent {
  readonly kind: 'reply';
  readonly sequence: string;
}

export type InputEvent = KeyEvent | PasteEvent | MouseEvent | ReplyEvent;
