/** A line beyond this is cut: nobody reads it whole on a screen, and a 90,000-character line must cost nothing. */
const lengthLimit = 8192;
const tabStop = 8;

/**
 * Makes one record of a container's output safe to paint. A carriage return starts the line over (the last version
 * of a progress line wins), a backspace takes a character back, tabs become blanks, colours (SGR) stay; every other
 * control code or sequence goes, bidirectional overrides too. The line end is not part of the record.
 */
export function sanitiseLine(record: string): string {
  if (!special.test(record)) return limit(record.toWellFormed());
  const stripped = record.replace(/[\r\n]+$/, '').replace(sequences, keepColours);
  return limit(rewrite(lastVersion(stripped)).replace(leftovers, '').toWellFormed());
}

const special = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
// Strings (OSC, DCS, APC, PM, SOS), CSI, and other escapes; an unfinished string takes the rest of the line.
const sequences =
  /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~]?)|\u001b[ -/]*[0-~]?/g;
const leftovers = /[\u0000-\u001a\u001c-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function keepColours(_whole: string, parameters: string | undefined, final: string | undefined): string {
  return final === 'm' && /^[0-9;:]*$/.test(parameters ?? '') ? `\u001b[${parameters}m` : '';
}

/** What a terminal would still show of `10%\r20%\r100%`. */
function lastVersion(line: string): string {
  if (!line.includes('\r')) return line;
  const versions = line.split('\r');
  return versions.findLast((version) => version !== '') ?? '';
}

/** Backspaces and tabs depend on where they stand: colours take no column. */
function rewrite(line: string): string {
  if (!/[\t\b]/.test(line)) return line;
  const parts: string[] = [];
  let column = 0;
  for (const part of line.match(/\u001b\[[0-9;:]*m|./gsu) ?? []) {
    if (part === '\b') {
      const last = parts.findLastIndex((other) => !other.startsWith('\u001b'));
      if (last >= 0) {
        parts.splice(last, 1);
        column -= 1;
      }
    } else if (part === '\t') {
      const blanks = tabStop - (column % tabStop);
      parts.push(...' '.repeat(blanks));
      column += blanks;
    } else {
      parts.push(part);
      if (!part.startsWith('\u001b')) column += 1;
    }
  }
  return parts.join('');
}

function limit(line: string): string {
  if (line.length <= lengthLimit) return line;
  // Not in the middle of a colour, of which half would show as text.
  const cut = line.slice(0, lengthLimit).replace(/\u001b[^m]*$/, '');
  return `${cut.toWellFormed()}\u001b[m…`;
}
