import type { LogEntry } from '../../engine/containers.ts';

const newline = 0x0a;
const space = 0x20;
/** `2026-01-02T03:04:05.123456789+01:00` is the longest. */
const longestTime = 40;

/**
 * Reads one line of a k8s-file log, without its newline: `TIME stdout|stderr F|P TEXT` (Kubernetes CRI logging
 * format). F ends a line, P is a piece of one. Undefined when it is not of that form: half of a torn write.
 */
export function parseLogLine(line: Uint8Array): LogEntry | undefined {
  const timeEnd = line.indexOf(space);
  if (timeEnd < 20 || timeEnd > longestTime) return undefined;
  const streamEnd = timeEnd + 7;
  if (line[streamEnd] !== space || line[streamEnd + 2] !== space) return undefined;
  const stream = ascii(line, timeEnd + 1, streamEnd);
  const tag = ascii(line, streamEnd + 1, streamEnd + 2);
  if ((stream !== 'stdout' && stream !== 'stderr') || (tag !== 'F' && tag !== 'P')) return undefined;
  const time = utcTime(ascii(line, 0, timeEnd));
  if (time === undefined) return undefined;
  const text = line.subarray(streamEnd + 3);
  return { stream, time, data: tag === 'F' ? withNewline(text) : Uint8Array.from(text) };
}

/** Whether a raw line ends a line of output: pieces are told apart by their tag without being read whole. */
export function endsLine(line: Uint8Array): boolean {
  const timeEnd = line.indexOf(space);
  return line[timeEnd + 8] === 0x46;
}

/**
 * RFC 3339 with any offset → UTC with nine digits, so that texts sort as times do. Undefined when it is no time.
 */
export function utcTime(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, seconds, fraction = '', offset] = match;
  const inUtc = offset === 'Z' || offset === '+00:00' ? seconds : shifted(`${seconds}${offset}`);
  return inUtc === undefined ? undefined : `${inUtc}.${fraction.padEnd(9, '0')}Z`;
}

function shifted(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 19);
}

function withNewline(text: Uint8Array): Uint8Array {
  const line = new Uint8Array(text.length + 1);
  line.set(text);
  line[text.length] = newline;
  return line;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
