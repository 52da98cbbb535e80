import { humanSize } from '../../app/commands/format/human-size.ts';
import { safeLine } from '../../app/commands/present/safe-text.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';

type LayerEvent = Extract<TransferEvent, { kind: 'layer' }>;

const words: Readonly<Record<LayerEvent['phase'], string>> = {
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

const moving: ReadonlySet<LayerEvent['phase']> = new Set(['downloading', 'extracting', 'pushing']);
const barWidth = 50;

/** One layer in Docker's words: `4f4fb700ef54: Downloading [===>   ]  1.2MB/3.4MB`. */
export function transferLine(event: LayerEvent, { bar }: { readonly bar: boolean }): string {
  const text = `${safeLine(event.layer)}: ${words[event.phase]}`;
  if (!bar || !moving.has(event.phase)) return text;
  const { doneBytes, totalBytes } = event;
  if (totalBytes === undefined || totalBytes === 0) return `${text}  ${humanSize(doneBytes)}`;
  const share = Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * barWidth);
  const line = filled === 0 ? '>' : `${'='.repeat(filled - 1)}>`;
  return `${text} [${line.padEnd(barWidth)}]  ${humanSize(doneBytes)}/${humanSize(totalBytes)}`;
}
