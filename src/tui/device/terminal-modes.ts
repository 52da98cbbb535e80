/** Alternate screen, hidden cursor, bracketed paste, no wrapping at the right edge. */
export const enterSequence = '\u001b[?1049h\u001b[?25l\u001b[?2004h\u001b[?7l\u001b[m\u001b[2J';

/** All of it back, and whatever a pane may have switched on: mouse reports, cursor keys, synchronized output. */
export const leaveSequence =
  '\u001b[?2026l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?1l\u001b[?7h\u001b[?2004l\u001b[m\u001b[?25h\u001b[?1049l';
