import { lstatSync, mkdirSync, readFileSync, renameSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { bootId, type ProcessIdentity } from '../process-identity.ts';
import type { WorldNamespaces } from './remnant.ts';

/** Which processes are noted in the folder: who keeps the namespaces, and who carries packets out of them. */
export type WorldProcess = 'world' | 'uplink';

/**
 * The folder that says where the world of an engine's root is, below that root: whoever comes to the root, from a login
 * session, cron or su, comes into the same. Made when missing. Throws `unavailable` / `world-folder` when it is not that
 * user's alone: what lies there is followed.
 */
export function worldFolder(root: string, uid: number): string {
  const folder = join(root, 'world');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // What follows says it.
  }
  if (look(statSync, root)?.uid === uid && isPrivate(look(lstatSync, folder), uid)) return folder;
  throw new GantryError({
    kind: 'unavailable',
    code: 'world-folder',
    message: `cannot use ${folder}: it is not a folder that only you may enter`,
    hint: 'give gantry a folder of yours with --root, or have this one removed',
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

/** The process as written down; undefined where nothing readable is, or of another boot. Whether it lives is not looked at. */
export function readWorldFile(folder: string, name: WorldProcess): ProcessIdentity | undefined {
  try {
    const found = /^([1-9]\d{0,9}) (\d{1,20}) (\S+)\n$/.exec(readFileSync(join(folder, name), 'latin1'));
    // The numbers begin anew with every boot.
    return found === null || found[3] !== bootId()
      ? undefined
      : { pid: Number(found[1]), startTime: found[2] as string };
  } catch {
    return undefined;
  }
}

export function writeWorldFile(
  folder: string,
  name: WorldProcess,
  { pid, startTime }: ProcessIdentity,
): void {
  replaceFile(folder, name, `${pid} ${startTime} ${bootId()}\n`);
}

function replaceFile(folder: string, name: string, text: string): void {
  const temporary = join(folder, `${name}.${process.pid}`);
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, join(folder, name));
}

function look(call: typeof lstatSync, path: string): Stats | undefined {
  try {
    return call(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A link, or what others may write to, would lead into the world of somebody else. */
function isPrivate(stats: Stats | undefined, uid: number): boolean {
  return stats?.isDirectory() === true && stats.uid === uid && (stats.mode & 0o077) === 0;
}
