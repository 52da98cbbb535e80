import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GantryError } from '../../../base/gantry-error.ts';
import { keyedNumber, readCgroupFile } from './cgroup-file.ts';
import { cgroupFolder } from './cgroup-folders.ts';
import { cgroupMode } from './cgroup-mode.ts';

const patienceMs = 2000;

/**
 * Stops or continues every process of a cgroup (version 1: freezer.rst; version 2: `cgroup.freeze`). Resolves when
 * the kernel has done it. Rejects `unsupported` / `no-freezer`, `timeout` / `freeze-timeout` (and lets them run on).
 */
export async function setFrozen(path: string, frozen: boolean): Promise<void> {
  const folder = cgroupFolder(path, 'freezer');
  if (folder === undefined) {
    throw new GantryError({
      kind: 'unsupported',
      code: 'no-freezer',
      message: 'this host has no cgroup freezer: containers cannot be paused',
    });
  }
  request(folder, frozen);
  const deadline = performance.now() + patienceMs;
  while (isFolderFrozen(folder) !== frozen) {
    if (performance.now() > deadline) {
      request(folder, false);
      throw new GantryError({
        kind: 'timeout',
        code: 'freeze-timeout',
        message: `the kernel did not ${frozen ? 'freeze' : 'thaw'} ${path} within ${patienceMs} ms`,
      });
    }
    // Version 1 needs to be asked again when a process was being created meanwhile.
    request(folder, frozen);
    await sleep(1);
  }
}

export function isFrozen(path: string): boolean {
  const folder = cgroupFolder(path, 'freezer');
  return folder !== undefined && isFolderFrozen(folder);
}

/** What has a cgroup go on when it is written there: for who may have to do it in our place. Undefined: no freezer. */
export function thawRequest(path: string): { readonly file: string; readonly text: string } | undefined {
  const folder = cgroupFolder(path, 'freezer');
  return folder === undefined ? undefined : requestOf(folder, false);
}

function request(folder: string, frozen: boolean): void {
  const { file, text } = requestOf(folder, frozen);
  writeFileSync(file, text);
}

function requestOf(folder: string, frozen: boolean): { readonly file: string; readonly text: string } {
  if (cgroupMode() === 'v2') return { file: join(folder, 'cgroup.freeze'), text: frozen ? '1' : '0' };
  return { file: join(folder, 'freezer.state'), text: frozen ? 'FROZEN' : 'THAWED' };
}

function isFolderFrozen(folder: string): boolean {
  if (cgroupMode() === 'v2') {
    return keyedNumber(readCgroupFile(join(folder, 'cgroup.events')), 'frozen') === 1;
  }
  return readCgroupFile(join(folder, 'freezer.state')).trim() === 'FROZEN';
}
