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
const barWidth = 50;

/** One layer in Docker's words: `4f4fb700ef54: Downloading [===>   ]  1.2MB/3.4MB  600kB/s  4s left`. */
export function transferLine(
  event: LayerEvent,
  { way, bar }: { readonly way: TransferOutcome['way']; readonly bar: boolean },
): string {
  const from = event.from === undefined ? '' : ` from ${safeLine(event.from)}`;
  const text = `${safeLine(event.layer)}: ${ownWords[way][event.phase] ?? usualWords[event.phase]}${from}`;
  if (!bar || !moving.has(event.phase)) return text;
  const { doneBytes, totalBytes } = event;
  const rate = event.bytesPerSecond === undefined ? '' : `  ${humanSize(event.bytesPerSecond, 3)}/s`;
  if (totalBytes === undefined || totalBytes === 0) return `${text}  ${humanSize(doneBytes)}${rate}`;
  const share = Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * barWidth);
  const line = filled === 0 ? '>' : `${'='.repeat(filled - 1)}>`;
  const left = timeLeft(secondsLeft(event));
  const speed = left === '' ? rate : `${rate}  ${left} left`;
  return `${text} [${line.padEnd(barWidth)}]  ${humanSize(doneBytes)}/${humanSize(totalBytes)}${speed}`;
}
