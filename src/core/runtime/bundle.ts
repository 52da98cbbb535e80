import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeSpec } from './runtime-spec.ts';

/** Names of the files in a bundle, the folder an OCI runtime starts a container from. */
export const bundleFiles = {
  config: 'config.json',
  rootfs: 'rootfs',
  pid: 'pid',
  monitorPid: 'monitor.pid',
} as const;

/** Writes `config.json`; the root is mounted at `rootfs`. */
export function writeBundle(dir: string, spec: RuntimeSpec): void {
  writeFileSync(join(dir, bundleFiles.config), encodeSpec(spec), { mode: 0o600 });
}

export function readBundle(dir: string): RuntimeSpec {
  return JSON.parse(readFileSync(join(dir, bundleFiles.config), 'utf8')) as RuntimeSpec;
}

/** Makes the mount point and returns it. */
export function rootFolder(dir: string): string {
  const path = join(dir, bundleFiles.rootfs);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}

/** Name of a folder for one process run in the container, in its bundle, before random digits. */
export const execFolderPrefix = 'exec-';

/** Takes away what only a running container needs: sockets, pipes, folders of processes run in it. */
export function sweepBundle(dir: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(dir);
  } catch {
    return;
  }
  for (const name of names) {
    if (name.startsWith(execFolderPrefix) || passing.has(name)) {
      rmSync(join(dir, name), { recursive: true, force: true });
    }
  }
}

const passing = new Set(['attach', 'ctl', 'winsz', 'shm', bundleFiles.pid, bundleFiles.monitorPid]);

/**
 * JSON knows no infinity and doubles cannot hold RLIM_INFINITY (2^64 - 1), so an unlimited limit is put in as text.
 * No string of the user's can look like it: quotes inside strings are escaped.
 */
export function encodeSpec(spec: RuntimeSpec): string {
  return JSON.stringify(spec).replaceAll(/"(soft|hard)":null/g, '"$1":18446744073709551615');
}
