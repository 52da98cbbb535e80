import { humanSize } from '../../app/commands/format/human-size.ts';
import { timeLeft } from '../../app/commands/format/time-left.ts';
import type { TransferOutcome } from '../../app/commands/outcome.ts';
import { safeLine } from '../../app/commands/present/safe-text.ts';
import { secondsLeft } from '../../app/jobs/transfer-progress.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';

type LayerEvent = Extract<TransferEvent, { kind: 'layer' }>;

const usualWords: Readonly<Record<LayerEvent['phase'], string>> = {
  waiting: 'Waiting',
  downloading: 'Downloading',
  verifying: 'Verifying Checksum',
  downloaded: 'Download complete',
  extracting: 'Extracting',
  done: 'Pull complete',
  exists: 'Already exists',
  preparing: 'Preparing',
  pushing: 'Pushing',
  pushed: 'Pushed',
  mounted: 'Mounted',
  retrying: 'Retrying',
};

/** What differs by the way the bytes go. */
const ownWords: Readonly<Record<TransferOutcome['way'], Partial<typeof usualWords>>> = {
  pull: {},
  push: { exists: 'Layer already exists', done: 'Pushed' },
  load: { downloading: 'Reading', downloaded: 'Read', done: 'Loaded' },
};

const moving: ReadonlySet<LayerEvent['phase']> = new Set(['downloading', 'extracting', 'pushing']);
const [leastBar, mostBar] = [10, 50];

/** One layer in Docker's words: `4f4fb700ef54: Downloading [===>   ]  1.2MB/3.4MB  600kB/s  4s left`. */
export function transferLine(
  event: LayerEvent,
  {
    way,
    bar,
    columns = Number.POSITIVE_INFINITY,
  }: {
    readonly way: TransferOutcome['way'];
    readonly bar: boolean;
    /** Of the terminal: the bar is what gives way. */
    readonly columns?: number | undefined;
  },
): string {
  const from = event.from === undefined ? '' : ` from ${safeLine(event.from)}`;
  const text = `${safeLine(event.layer)}: ${ownWords[way][event.phase] ?? usualWords[event.phase]}${from}`;
  if (!bar || !moving.has(event.phase)) return text;
  const { doneBytes, totalBytes } = event;
  const rate = event.bytesPerSecond === undefined ? '' : `  ${humanSize(event.bytesPerSecond, 3)}/s`;
  if (totalBytes === undefined || totalBytes === 0) return `${text}  ${humanSize(doneBytes)}${rate}`;
  const left = timeLeft(secondsLeft(event));
  const speed = left === '' ? rate : `${rate}  ${left} left`;
  const figures = `${humanSize(doneBytes)}/${humanSize(totalBytes)}${speed}`;
  const room = columns - 1 - `${text} []  ${figures}`.length;
  const barWidth = Math.max(leastBar, Math.min(mostBar, room));
  const filled = Math.round(Math.min(1, doneBytes / totalBytes) * barWidth);
  const line = filled === 0 ? '>' : `${'='.repeat(filled - 1)}>`;
  return `${text} [${line.padEnd(barWidth)}]  ${figures}`;
}
