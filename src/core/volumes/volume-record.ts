import { GantryError } from '../../base/gantry-error.ts';
import { asObject, badDocument, requiredString } from '../../oci/decode-json.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';

/** A volume as the store keeps it; the key is its name. */
export interface VolumeRecord {
  readonly createdAt: string;
  /** Made for one container alone: pruned without being asked for by name. */
  readonly anonymous: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumeRecords {
  readonly volumes: Collection<VolumeRecord>;
  /** Key: volume name, slash, container ID. */
  readonly users: Collection<true>;
}

export function volumeRecords(metadata: Metadata): VolumeRecords {
  return {
    volumes: metadata.collection('volumes', decodeVolume),
    users: metadata.collection('volume-users', () => true as const),
  };
}

/** IDs of the containers that have it. */
export function usersOf(records: VolumeRecords, name: string): readonly string[] {
  return [...records.users.entries(`${name}/`)].map(([key]) => key.slice(name.length + 1));
}

/** A volume's name becomes that of a folder. */
export function isVolumeName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name) && name.length <= 255;
}

/** Throws `invalid` / `bad-volume-name` in Docker's words. */
export function checkVolumeName(name: string): void {
  if (isVolumeName(name)) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-volume-name',
    message:
      name.length < 2
        ? 'volume name is too short, names should be at least two alphanumeric characters'
        : `"${name.slice(0, 260)}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  });
}

function decodeVolume(document: unknown, key: string): VolumeRecord {
  const what = `record of volume ${key}`;
  if (!isVolumeName(key)) throw badDocument(what, 'its key is no name of a volume');
  const object = asObject(document, what);
  requiredString(object, 'createdAt', what);
  if (typeof object['anonymous'] !== 'boolean') throw badDocument(what, '"anonymous" is missing');
  asObject(object['labels'], `${what} "labels"`);
  return document as VolumeRecord;
}
