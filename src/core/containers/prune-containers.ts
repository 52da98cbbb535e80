import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { ContainerPruneReport } from '../../engine/containers.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import { checkFilters } from './container-filters.ts';
import type { ContainerRecord } from './container-record.ts';
import { settledRecords } from './list-containers.ts';
import { removeContainer } from './remove-container.ts';

const prunable = ['created', 'exited', 'dead'];

/** Removes all that do not run; `dryRun` only tells which. */
export async function pruneContainers(
  context: ContainerContext,
  options: {
    readonly filters?: Filters | undefined;
    readonly dryRun?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ContainerPruneReport> {
  const { filters = {}, dryRun = false, signal } = options;
  checkFilters(filters, ['until', 'label', 'label!']);
  const snapshots = await context.snapshots();
  const removed: string[] = [];
  let reclaimedBytes = 0;
  for (const record of await settledRecords(context, signal)) {
    if (!prunable.includes(record.state) || !passes(record, filters)) continue;
    signal?.throwIfAborted();
    const key = snapshotKey(record.id);
    const { sizeBytes } = snapshots.has(key) ? await snapshots.usage(key) : { sizeBytes: 0 };
    if (!dryRun) {
      try {
        await removeContainer(context, record.id, { signal });
      } catch (error) {
        // Started or removed by somebody since we looked.
        if (!isErrorCode(error, 'container-running', 'container-paused', 'container-not-found')) throw error;
        continue;
      }
    }
    removed.push(record.id);
    reclaimedBytes += sizeBytes;
  }
  return { removed, reclaimedBytes };
}

function passes(record: ContainerRecord, filters: Filters): boolean {
  return (
    (filters['label'] ?? []).every((label) => hasLabel(record.labels, label)) &&
    !(filters['label!'] ?? []).some((label) => hasLabel(record.labels, label)) &&
    (filters['until'] ?? []).every((until) => Date.parse(record.createdAt) < untilTime(until))
  );
}

/** RFC 3339, Unix seconds, or an age in Go's words: `24h`, `1h30m`. Milliseconds since 1970. */
export function untilTime(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  if (/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) {
    const age = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)].reduce(
      (sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0),
      0,
    );
    return Date.now() - age;
  }
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-filter',
    message: `invalid value for "until" filter: ${JSON.stringify(text.slice(0, 80))}`,
  });
}
