import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lookAt } from '../host/look-at.ts';
import { type ContainerRecord, decodeContainerRecord } from './container-record.ts';

const fileName = 'record.json';
const limitBytes = 16 * 1024 * 1024;

/**
 * Leaves a copy of a container's record in its folder, as it was when it was created or started last. The record is what
 * counts; the copy is for the day the record is lost or damaged. It is written after the record: a folder with a copy
 * is that of a container there once was. Where it cannot be written all goes on without.
 */
export function writeRecordCopy(dir: string, record: ContainerRecord): void {
  try {
    writeFileSync(join(dir, fileName), JSON.stringify(record), { mode: 0o600 });
  } catch {
    // A full disk: half a copy is none.
  }
}

/** Undefined: there is none, or it cannot be read. */
export function readRecordCopy(dir: string, id: string): ContainerRecord | undefined {
  try {
    const path = join(dir, fileName);
    if ((lookAt(path)?.size ?? limitBytes) >= limitBytes) return undefined;
    return decodeContainerRecord(JSON.parse(readFileSync(path, 'utf8')), id);
  } catch {
    return undefined;
  }
}

/** Whether the folder is that of a container there was, with or without a record now. */
export function hasRecordCopy(dir: string): boolean {
  return lookAt(join(dir, fileName)) !== undefined;
}
