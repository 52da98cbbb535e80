import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import { readRegularFile } from '../host/read-regular-file.ts';
import { requireOwnFile } from '../host/require-own-file.ts';
import type { OciProgram } from './oci-program.ts';
import type { RuntimeSpec } from './runtime-spec.ts';

/** Names of the files in a bundle, the folder an OCI runtime starts a container from. */
export const bundleFiles = {
  config: 'config.json',
  pid: 'pid',
  monitorPid: 'monitor.pid',
} as const;

const largestConfigBytes = 64 * 1024 ** 2;

/** Writes `config.json`; `rootDir` is where the root is mounted. */
export function writeBundle(dir: string, spec: RuntimeSpec, rootDir: string): void {
  const placed = { ...spec, root: { ...spec.root, path: rootDir } };
  const path = join(dir, bundleFiles.config);
  requireOwnFile(path);
  writeFileSync(path, encodeSpec(placed), { mode: 0o600 });
}

export function readBundle(dir: string): RuntimeSpec {
  const text = readRegularFile(join(dir, bundleFiles.config), largestConfigBytes).toString('utf8');
  return JSON.parse(text) as RuntimeSpec;
}

/** A number that a monitor or runtime wrote. Throws where there is no such file, or another thing in its place. */
export function readPid(dir: string, name: 'pid' | 'monitor.pid'): number {
  return Number(readRegularFile(join(dir, name), 64).toString('latin1').trim()) || 0;
}

/** ID of the container's first process, as the runtime has written it; 0 when it did not. */
export function firstProcess(dir: string): number {
  try {
    return readPid(dir, bundleFiles.pid);
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

/** conmon's own, of a socket the runtime sends the terminal through. */
const consolePrefix = 'conmon-term.';

/** Takes away what only a running container needs: sockets, pipes, folders of processes run in it. */
export function sweepBundle(dir: string): void {
  if (folderState(dir) !== 'folder') return;
  for (const name of ownNamesIn(dir)) {
    if (name.startsWith(execFolderPrefix) || name.startsWith(consolePrefix) || passing.has(name)) {
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
