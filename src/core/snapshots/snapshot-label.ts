import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../host/read-regular-file.ts';

/** What a snapshot's folder says of itself. */
export interface SnapshotLabel {
  readonly key: string;
  readonly kind: 'active' | 'committed';
  readonly parent?: string | undefined;
}

const fileName = 'label.json';
const limitBytes = 4096;

/**
 * Writes beside a snapshot's files whose they are. The record is what counts; this is for the day it is lost, so that a
 * layer that has no blob, or a container's data, is known again.
 */
export function writeLabel(dir: string, { key, kind, parent }: SnapshotLabel): void {
  writeFileSync(join(dir, fileName), JSON.stringify({ key, kind, parent }), { mode: 0o600 });
}

/** When it was written last, in milliseconds since 1970; undefined: there is none. */
export function labelTimeMs(dir: string): number | undefined {
  return statSync(join(dir, fileName), { throwIfNoEntry: false })?.mtimeMs;
}

/** Undefined: there is none, or it cannot be read. */
export function readLabel(dir: string): SnapshotLabel | undefined {
  try {
    const text = readRegularFile(join(dir, fileName), limitBytes).toString();
    const { key, kind, parent } = JSON.parse(text) as Partial<SnapshotLabel>;
    const isSound =
      typeof key === 'string' &&
      (kind === 'active' || kind === 'committed') &&
      (parent === undefined || typeof parent === 'string');
    return isSound ? { key, kind, parent } : undefined;
  } catch {
    return undefined;
  }
}
