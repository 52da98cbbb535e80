import { snapshotKey } from '../containers/container-context.ts';

const prefix = snapshotKey('');

/** The container whose read-write layer a snapshot is; undefined: it is none. */
export function containerOf(snapshotKey: string): string | undefined {
  return snapshotKey.startsWith(prefix) ? snapshotKey.slice(prefix.length) : undefined;
}
