import type { Sample } from './sample.ts';

/** What one bench measured: contenders by name, the first is ours. */
export interface Result {
  readonly title: string;
  readonly samples: ReadonlyMap<string, Sample>;
  /** Of the numbers. Default: ms. */
  readonly unit?: 'ms' | 'MB';
  readonly note?: string;
}

/** A line a contender: median, best, and how many times as long as ours it took. */
export function formatResult({ title, samples, unit = 'ms', note }: Result): string {
  const [ours] = samples.values();
  const lines = [...samples].map(([name, { medianMs, minMs }], index) => {
    const ratio = index === 0 || ours === undefined ? '' : `${(medianMs / ours.medianMs).toFixed(2)} x`;
    return `  ${name.padEnd(34)}${amount(medianMs, unit)}${amount(minMs, unit)}${ratio.padStart(12)}`;
  });
  const head = `${title.padEnd(36)}${'median'.padStart(12)}${'best'.padStart(12)}${'to ours'.padStart(12)}`;
  return [head, ...lines, ...(note === undefined ? [] : [`  ${note}`]), ''].join('\n');
}

function amount(value: number, unit: string): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ${unit}`.padStart(12);
}
