import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import type { WorldNamespaces } from './remnant.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Which processes are noted in the folder: who keeps the namespaces, and who carries packets out of them. */
export type WorldProcess = 'world' | 'uplink';

/**
 * The folder that says where a user's world is: below XDG_RUNTIME_DIR where that is theirs, else in /tmp. Made when
 * missing. Throws `unavailable` / `world-folder` when somebody else has it: what lies there would be followed.
 */
export function worldFolder(env: Environment, uid: number): string {
  const runtimeDir = env['XDG_RUNTIME_DIR'];
  const folder =
    runtimeDir?.startsWith('/') === true && ownerOf(runtimeDir) === uid
      ? join(runtimeDir, 'gantry')
      : `/tmp/gantry-${uid}`;
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    // It is there, or what follows says it.
  }
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true && stat.uid === uid && (stat.mode & 0o077) === 0) return folder;
  throw new GantryError({
    kind: 'unavailable',
    code: 'world-folder',
    message: `cannot use ${folder}: it is not a folder that only you may enter`,
    hint: 'set XDG_RUNTIME_DIR to a folder of yours with mode 0700, or have this one removed',
    details: { path: folder },
  });
}

/** The namespaces of the keeper beside its identity, by which they are known when it is gone. */
export function readWorldNamespaces(folder: string): WorldNamespaces | undefined {
  try {
    const [, user, net] =
      /^(user:\[\d+\]) (net:\[\d+\])\n$/.exec(readFileSync(join(folder, 'namespaces'), 'latin1')) ?? [];
    return user === undefined || net === undefined ? undefined : { user, net };
  } catch {
    return undefined;
  }
}

export function writeWorldNamespaces(folder: string, { user, net }: WorldNamespaces): void {
  replaceFile(folder, 'namespaces', `${user} ${net}\n`);
}

/** The process as written down; undefined where nothing readable is. Whether it lives is not looked at. */
export function readWorldFile(folder: string, name: WorldProcess): ProcessIdentity | undefined {
  try {
    const found = /^([1-9]\d{0,9}) (\d{1,20})\n$/.exec(readFileSync(join(folder, name), 'latin1'));
    return found === null ? undefined : { pid: Number(found[1]), startTime: found[2] as string };
  } catch {
    return undefined;
  }
}

export function writeWorldFile(
  folder: string,
  name: WorldProcess,
  { pid, startTime }: ProcessIdentity,
): void {
  replaceFile(folder, name, `${pid} ${startTime}\n`);
}

function replaceFile(folder: string, name: string, text: string): void {
  const temporary = join(folder, `${name}.${process.pid}`);
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, join(folder, name));
}

function ownerOf(path: string): number | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true ? stat.uid : undefined;
}
