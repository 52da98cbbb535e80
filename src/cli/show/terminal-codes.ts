const esc = '\u001b';

/** Cursor to the upper left corner. */
export const home = `${esc}[H`;
/** From the cursor to the end of its line. */
export const eraseLine = `${esc}[K`;
/** From the cursor to the end of the screen. */
export const eraseBelow = `${esc}[J`;

/** Cursor so many lines up, to the first column. */
export function linesUp(count: number): string {
  return count === 0 ? '\r' : `${esc}[${count}F`;
}
