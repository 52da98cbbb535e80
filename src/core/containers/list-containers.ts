import type { ContainerDetails, ContainerNetwork, ContainerSummary } from '../../engine/containers.ts';
import type { Filters } from '../../engine/filters.ts';
import { shortId } from '../../oci/digest.ts';
import type { ImageStore } from '../images/image-store.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import { asksForAll, checkFilters, type FilterFacts, matchesFilters } from './container-filters.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { healthReport } from './health-log.ts';
import { logPath, logSettings } from './log-files.ts';
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

/** Everything known of one. */
export async function inspectContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly size?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ContainerDetails> {
  const record = await settle(context, findContainer(context, idOrName), options.signal);
  if (record === undefined) throw noSuchContainer(idOrName);
  const images = await context.images();
  const summary = summarize(record, record.image, undefined);
  const snapshots = await context.snapshots();
  const plan = snapshots.has(snapshotKey(record.id))
    ? snapshots.mountPlan(snapshotKey(record.id))
    : undefined;
  const [path = '', ...args] = record.process.args;
  return {
    ...summary,
    size: options.size === true ? await sizeOf(context, images, summary) : undefined,
    spec: record.spec,
    path,
    args,
    entrypointCount: record.process.entrypointCount,
    exposedPorts: record.exposedPorts,
    stopSignal: record.stopSignal,
    healthcheck: record.healthcheck,
    healthReport: healthReport(record, containerDir(context, record.id)),
    env: record.process.env,
    user: record.process.user,
    workingDir: record.process.cwd,
    error: record.error,
    oomKilled: record.oomKilled,
    restartCount: record.restarts.count,
    logPath: logSettings(record.spec) === undefined ? undefined : logPath(containerDir(context, record.id)),
    networkDetails: networkDetails(record),
    mountDetails: record.mounts,
    upperDir: plan?.upper ?? plan?.folder,
    platform: record.platform,
  };
}

/** The networks it is on, or will be when it starts: without addresses then. */
function networkDetails({ attachments, endpoints }: ContainerRecord): readonly ContainerNetwork[] {
  return attachments.map(({ network, aliases = [] }) => {
    const endpoint = endpoints.find(({ name }) => name === network);
    if (endpoint === undefined) return { ...nowhere, name: network, aliases };
    const { name, networkId, address, prefixLength, gateway, ipv6, internal, macAddress } = endpoint;
    return {
      name,
      networkId,
      address,
      prefixLength,
      gateway: internal ? '' : gateway,
      ...(ipv6 !== undefined && { ipv6: { ...ipv6, ...(internal && { gateway: '' }) } }),
      macAddress,
      aliases: endpoint.aliases,
    };
  });
}

const nowhere = { networkId: '', address: '', prefixLength: 0, gateway: '', macAddress: '' };

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

async function sizeOf(
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
