import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import type { OciProgram } from './oci-program.ts';
import type { RuntimeSpec } from './runtime-spec.ts';

/** Names of the files in a bundle, the folder an OCI runtime starts a container from. */
export const bundleFiles = {
  config: 'config.json',
  pid: 'pid',
  monitorPid: 'monitor.pid',
} as const;

/** Writes `config.json`; `rootDir` is where the root is mounted. */
export function writeBundle(dir: string, spec: RuntimeSpec, rootDir: string): void {
  const placed = { ...spec, root: { ...spec.root, path: rootDir } };
  writeFileSync(join(dir, bundleFiles.config), encodeSpec(placed), { mode: 0o600 });
}

export function readBundle(dir: string): RuntimeSpec {
  return JSON.parse(readFileSync(join(dir, bundleFiles.config), 'utf8')) as RuntimeSpec;
}

/** ID of the container's first process, as the runtime has written it; 0 when it did not. */
export function firstProcess(dir: string): number {
  try {
    return Number(readFileSync(join(dir, bundleFiles.pid), 'latin1').trim()) || 0;
  } catch {
    return 0;
  }
}

/**
 * Makes the mount point and returns it. All containers have the same one: each is mounted in a namespace of its own.
 * One a container would have to be removed with it, and removing a folder that is a mount point in some other
 * namespace has the kernel wait for all processors (10 ms).
 */
export function rootFolder({ mountPoint }: Pick<OciProgram, 'mountPoint'>): string {
  mkdirSync(mountPoint, { recursive: true, mode: 0o700 });
  return mountPoint;
}

/** Name of a folder for one process run in the container, in its bundle, before random digits. */
export const execFolderPrefix = 'exec-';

/** Takes away what only a running container needs: sockets, pipes, folders of processes run in it. */
export function sweepBundle(dir: string): void {
  if (folderState(dir) !== 'folder') return;
  for (const name of ownNamesIn(dir)) {
    if (name.startsWith(execFolderPrefix) || passing.has(name)) {
      // A runtime that joined the container may be writing its last words there.
      rmSync(join(dir, name), { recursive: true, force: true, maxRetries: 30, retryDelay: 5 });
    }
  }
}

const passing = new Set(['attach', 'ctl', 'turn', 'winsz', 'shm', bundleFiles.pid, bundleFiles.monitorPid]);

/**
 * JSON knows no infinity and doubles cannot hold RLIM_INFINITY (2^64 - 1), so an unlimited limit is put in as text.
 * No string of the user's can look like it: quotes inside strings are escaped.
 */
export function encodeSpec(spec: RuntimeSpec): string {
  return JSON.stringify(spec).replaceAll(/"(soft|hard)":null/g, '"$1":18446744073709551615');
}
