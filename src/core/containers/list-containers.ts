import type { ContainerSummary } from '../../engine/containers.ts';
import type { Filters } from '../../engine/filters.ts';
import { shortId } from '../../oci/digest.ts';
import type { ImageStore } from '../images/image-store.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import { asksForAll, checkFilters, type FilterFacts, matchesFilters } from './container-filters.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { mendRules } from './mend-rules.ts';
import { settle } from './settle.ts';
import { shownState, summarize } from './summarize.ts';

export interface ListOptions {
  readonly all?: boolean | undefined;
  readonly filters?: Filters | undefined;
  readonly size?: boolean | undefined;
  readonly last?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Containers, newest first. */
export async function listContainers(
  context: ContainerContext,
  options: ListOptions = {},
): Promise<readonly ContainerSummary[]> {
  const { filters = {}, last } = options;
  checkFilters(filters);
  for (const key of ['before', 'since']) for (const name of filters[key] ?? []) findContainer(context, name);
  const images = await context.images();
  const records = await settledRecords(context, options.signal);
  const all = options.all === true || last !== undefined || asksForAll(filters);
  const facts = filterFacts(context, images, records);
  const imageName = imageNames(images);
  const chosen = records
    .filter((record) => all || isUp(record))
    .map((record) => summarize(record, imageName(record), undefined))
    .filter((summary) => matchesFilters(summary, filters, facts))
    .slice(0, last === undefined || last < 0 ? undefined : last);
  if (options.size !== true) return chosen;
  return Promise.all(
    chosen.map(async (summary) => ({ ...summary, size: await sizeOf(context, images, summary) })),
  );
}

/** All records, set right, newest first. One that cannot be set right now is as it was: it hides no other. */
export async function settledRecords(
  context: ContainerContext,
  signal?: AbortSignal,
): Promise<readonly ContainerRecord[]> {
  const records: ContainerRecord[] = [];
  for (const [, record] of [...context.records.entries()]) {
    const settled = await settle(context, record, signal).catch(() => {
      signal?.throwIfAborted();
      return record;
    });
    if (settled !== undefined) records.push(settled);
  }
  await mendRules(context, records);
  return records.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

function isUp(record: ContainerRecord): boolean {
  return ['running', 'paused', 'restarting'].includes(shownState(record));
}

/** The name the user gave, as long as it means that image; else the bare ID. */
function imageNames(images: ImageStore): (record: ContainerRecord) => string {
  const known = new Map<string, string | undefined>();
  return ({ image, imageId }) => {
    if (!known.has(image)) known.set(image, images.find(image)?.id);
    return known.get(image) === imageId ? image : shortId(imageId);
  };
}

/** What it has written, and with its image's files. */
export async function sizeOf(
  context: ContainerContext,
  images: ImageStore,
  { id, imageId }: ContainerSummary,
): Promise<NonNullable<ContainerSummary['size']>> {
  const snapshots = await context.snapshots();
  const { sizeBytes } = await snapshots.usage(snapshotKey(id));
  return { writableBytes: sizeBytes, totalBytes: sizeBytes + (images.find(imageId)?.sizeBytes ?? 0) };
}

function filterFacts(
  context: ContainerContext,
  images: ImageStore,
  records: readonly ContainerRecord[],
): FilterFacts {
  const recordOf = new Map(records.map((record) => [record.id, record]));
  return {
    createdAt: (idOrName) => findContainer(context, idOrName).createdAt,
    mountNames: ({ id }) =>
      recordOf
        .get(id)
        ?.mounts.flatMap((mount) => [
          mount.target,
          ...(mount.type === 'volume' && mount.name !== undefined ? [mount.name] : []),
          ...(mount.type === 'bind' ? [mount.source] : []),
        ]) ?? [],
    exposedPorts: ({ id }) => recordOf.get(id)?.exposedPorts ?? [],
    descendsFrom: ({ imageId }, name) => {
      const ancestor = images.find(name);
      if (ancestor === undefined) return false;
      if (ancestor.id === imageId) return true;
      const diffIds = images.find(imageId)?.diffIds ?? [];
      return (
        ancestor.diffIds.length > 0 && ancestor.diffIds.every((diffId, index) => diffIds[index] === diffId)
      );
    },
  };
}
