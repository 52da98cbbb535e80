import { GantryError } from '../../base/gantry-error.ts';
import { checkFilterKeys, filterKeys } from '../../engine/filter-keys.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';
import { passesPruneFilters } from '../../engine/prune-filters.ts';
import type { VolumeSummary, Volumes } from '../../engine/volumes.ts';
import { randomHex } from '../host/random-hex.ts';
import { treeUsage } from '../host/tree-usage.ts';
import { removeVolume, type VolumeServices } from './open-volume-store.ts';
import { dataDirOf, makeDataDir, ownDataDir } from './volume-folder.ts';
import { checkVolumeName, usersOf, type VolumeRecord, volumeRecords } from './volume-record.ts';

/** The port's volumes. */
export function createVolumes(services: VolumeServices): Volumes {
  const { dirs, metadata } = services;
  const records = volumeRecords(metadata);

  const summary = (name: string, record: VolumeRecord): VolumeSummary => ({
    name,
    ...record,
    driver: 'local',
    mountpoint: dataDirOf(dirs.volumes, name),
    usedBy: usersOf(records, name),
  });
  const find = (name: string): VolumeSummary => {
    const record = records.volumes.get(name);
    if (record === undefined) throw noSuchVolume(name);
    return summary(name, record);
  };
  const list = (filters: Filters): readonly VolumeSummary[] =>
    [...records.volumes.entries()]
      .map(([name, record]) => summary(name, record))
      .filter((volume) => matches(volume, filters));

  return {
    async list({ filters = {} } = {}) {
      checkFilterKeys(filters, filterKeys.volumes);
      return list(filters);
    },

    inspect: async (name) => find(name),

    async create({ name: wanted, labels = {} } = {}) {
      const name = wanted ?? randomHex(32);
      checkVolumeName(name);
      makeDataDir(dirs.volumes, name);
      // As Docker: one that is there is given back as it is.
      metadata.transaction(() => {
        if (records.volumes.has(name)) return;
        const anonymous = wanted === undefined;
        records.volumes.put(name, { createdAt: new Date().toISOString(), anonymous, labels });
        metadata.journal.append({ type: 'volume.created', name });
      });
      return find(name);
    },

    async remove(name, { force = false } = {}) {
      if (!(await removeVolume(services, name)) && !force) throw noSuchVolume(name);
    },

    async *export(name, { compression = 'none', signal } = {}) {
      find(name);
      const { packVolume } = await import('./archive-volume.ts');
      yield* packVolume(ownDataDir(dirs.volumes, name), compression, signal);
    },

    async import(name, archive, { force = false, signal } = {}) {
      const { requireEmpty, unpackVolume } = await import('./archive-volume.ts');
      const isNew = !records.volumes.has(name);
      const { mountpoint } = await this.create({ name });
      if (!force) requireEmpty(name, mountpoint);
      try {
        return await unpackVolume(mountpoint, archive, signal);
      } catch (error) {
        if (isNew) await removedUnlessUsed(services, name);
        throw error;
      }
    },

    async prune({ all = false, filters = {}, dryRun = false, withoutContainers = [] } = {}) {
      checkFilterKeys(filters, filterKeys.volumesPrune);
      const isAll = all || (filters['all'] ?? []).some((value) => value === 'true' || value === '1');
      const unused = list({}).filter(
        (volume) =>
          volume.usedBy.every((id) => withoutContainers.includes(id)) &&
          (isAll || volume.anonymous) &&
          passesPruneFilters(volume, filters),
      );
      const removed: string[] = [];
      let reclaimedBytes = 0;
      for (const { name, mountpoint } of unused) {
        const { sizeBytes } = await treeUsage(mountpoint);
        if (!dryRun && !(await removedUnlessUsed(services, name))) continue;
        removed.push(name);
        reclaimedBytes += sizeBytes;
      }
      if (!dryRun) metadata.journal.append({ type: 'volume.pruned', reclaimed: reclaimedBytes });
      return { removed, reclaimedBytes };
    },
  };
}

/** Somebody may have taken it since we looked. */
async function removedUnlessUsed(services: VolumeServices, name: string): Promise<boolean> {
  try {
    return await removeVolume(services, name);
  } catch (error) {
    if (error instanceof GantryError && error.code === 'volume-in-use') return false;
    throw error;
  }
}

/** Docker's keys; several values of a key: any of them, of `label`: all. */
function matches(volume: VolumeSummary, filters: Filters): boolean {
  return Object.entries(filters).every(([key, values]) => {
    switch (key) {
      case 'name':
        return values.some((value) => volume.name.includes(value));
      case 'driver':
        return values.includes(volume.driver);
      case 'label':
        return values.every((value) => hasLabel(volume.labels, value));
      case 'dangling':
        return values.some((value) => (value === 'true' || value === '1') === (volume.usedBy.length === 0));
      default:
        return true;
    }
  });
}

function noSuchVolume(name: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'volume-not-found',
    message: `get ${name}: no such volume`,
  });
}
