import { GantryError } from '../../base/gantry-error.ts';

/** What is known of a snapshot; its key is that of the record. */
export interface SnapshotRecord {
  /** Name of its folder. Stays the same when it is committed, and is not used again while the folder is there. */
  readonly id: string;
  readonly kind: 'active' | 'committed';
  readonly parent?: string | undefined;
  /** Of a committed one, once somebody asked. */
  readonly usage?: { readonly sizeBytes: number; readonly inodes: number } | undefined;
  /** It was unpacked from a tar, not made here; left out: nobody knows. */
  readonly isUnpacked?: true | undefined;
}

/** Turns what was stored into a record; throws `corrupt` / `record-corrupt`. */
export function decodeSnapshot(document: unknown, key: string): SnapshotRecord {
  const { id, kind, parent, usage, isUnpacked } = (document ?? {}) as Partial<SnapshotRecord>;
  const sound =
    typeof id === 'string' &&
    /^[0-9]+$/.test(id) &&
    (kind === 'active' || kind === 'committed') &&
    (parent === undefined || typeof parent === 'string') &&
    (usage === undefined || (typeof usage.sizeBytes === 'number' && typeof usage.inodes === 'number'));
  if (sound) return { id, kind, parent, usage, ...(isUnpacked === true && { isUnpacked }) };
  throw new GantryError({
    kind: 'corrupt',
    code: 'record-corrupt',
    message: `the record of snapshot ${key} is damaged`,
  });
}
