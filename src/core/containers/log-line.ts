import type { LogEntry } from '../../engine/containers.ts';

const space = 0x20;
const full = 0x46;
const partial = 0x50;
const stdout = Buffer.from('stdout');
const stderr = Buffer.from('stderr');
/** `2026-01-02T03:04:05.123456789+01:00` is the longest. */
const longestTime = 40;

/**
 * Reads the record in `[start, end)` of a k8s-file log, behind which stands its newline: `TIME stdout|stderr F|P TEXT`
 * (Kubernetes CRI logging format). F ends a line, P is a piece of one. The entry shares the block's memory. Undefined
 * when it is not of that form: half of a torn write.
 */
export function parseLogRecord(block: Buffer, start: number, end: number): LogEntry | undefined {
  const timeEnd = block.indexOf(space, start);
  const timeLength = timeEnd - start;
  if (timeLength < 20 || timeLength > longestTime) return undefined;
  const textAt = timeEnd + 10;
  if (textAt > end || block[timeEnd + 7] !== space || block[timeEnd + 9] !== space) return undefined;
  const stream = streamAt(block, timeEnd + 1);
  const tag = block[timeEnd + 8];
  if (stream === undefined || (tag !== full && tag !== partial)) return undefined;
  const time = recordTime(block.toString('latin1', start, timeEnd));
  if (time === undefined) return undefined;
  return { stream, time, data: block.subarray(textAt, tag === full ? end + 1 : end) };
}

function streamAt(block: Buffer, at: number): LogEntry['stream'] | undefined {
  if (hasAt(block, at, stdout)) return 'stdout';
  return hasAt(block, at, stderr) ? 'stderr' : undefined;
}

/** By hand: called twice a line, and a log may have millions. */
function hasAt(block: Buffer, at: number, word: Buffer): boolean {
  for (let offset = 0; offset < word.length; offset += 1) {
    if (block[at + offset] !== word[offset]) return false;
  }
  return true;
}

/** As {@link utcTime}; what conmon writes where clocks show UTC needs no closer look. */
function recordTime(text: string): string | undefined {
  return plainTime.test(text) ? `${text.slice(0, 29)}Z` : utcTime(text);
}

const plainTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\+00:00$/;

/** Whether a raw line ends a line of output: pieces are told apart by their tag without being read whole. */
export function endsLine(line: Uint8Array): boolean {
  const timeEnd = line.indexOf(space);
  return line[timeEnd + 8] === full;
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
