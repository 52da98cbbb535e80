/** Alternate screen, hidden cursor, bracketed paste, no wrapping at the right edge. */
export const enterSequence = '\u001b[?1049h\u001b[?25l\u001b[?2004h\u001b[?7l\u001b[m\u001b[2J';

/** Reports of buttons and the wheel, in the form that has no limit of columns. */
export const mouseClicks = '\u001b[?1000h\u001b[?1006h';
/** The same, and moves with a button held. */
export const mouseMoves = '\u001b[?1002h\u001b[?1006h';
export const mouseOff = '\u001b[?1000l\u001b[?1002l\u001b[?1006l';

/** All of it back, and whatever a pane may have switched on: mouse reports, cursor keys, synchronized output. */
export const leaveSequence =
  '\u001b[?2026l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1l\u001b[?7h\u001b[?2004l\u001b[m\u001b[?25h\u001b[?1049l';
