import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from '../host/durable-file.ts';
import { lookAt } from '../host/look-at.ts';
import { folderState } from '../host/own-folder.ts';
import { readRegularFile } from '../host/read-regular-file.ts';
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
    // Into its place, whatever stands there: the open of a pipe would wait.
    writeFileWhole(join(dir, fileName), JSON.stringify(record), { durable: false });
  } catch {
    // A full disk.
  }
}

/** Undefined: there is none, or it cannot be read. */
export function readRecordCopy(dir: string, id: string): ContainerRecord | undefined {
  try {
    const text = readRegularFile(join(dir, fileName), limitBytes).toString();
    return decodeContainerRecord(JSON.parse(text), id);
  } catch {
    return undefined;
  }
}

/** Whether the folder is that of a container there was, with or without a record now. */
export function hasRecordCopy(dir: string): boolean {
  return lookAt(join(dir, fileName)) !== undefined;
}

/** The same, though the copy may be lost as well: nothing comes into the folder before there is a record. */
export function wasCreated(dir: string): boolean {
  return folderState(dir) === 'folder' && readdirSync(dir).length > 0;
}
