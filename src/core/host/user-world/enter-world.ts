import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireBinary } from '../find-binary.ts';
import { lockFile } from '../lock-file.ts';
import { isAlive, type ProcessIdentity } from '../process-identity.ts';
import { replaceProcess } from '../replace-process.ts';
import { readIdMap } from '../user-namespace.ts';
import { lentIds, makeWorld } from './make-world.ts';
import { worldText, worldVariable } from './own-world.ts';
import { findRemnant, namespacesOf } from './remnant.ts';
import {
  readWorldFile,
  readWorldNamespaces,
  worldFolder,
  writeWorldFile,
  writeWorldNamespaces,
} from './world-file.ts';

export interface WorldEntry {
  /** The engine's: each has a world of its own. */
  readonly root: string;
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What is to be done inside. */
  readonly argv: readonly string[];
}

/**
 * Becomes `argv` as root of the user's world, which is made when there is none: one for each engine's root, in
 * which all gantrys and containers of it are. Same process, terminal and folder. Returns only by throwing.
 */
export async function enterWorld(entry: WorldEntry): Promise<never> {
  const { uid, gid, env, root } = entry;
  const folder = worldFolder(root, uid);
  const keeper = living(folder, uid) ?? (await makeOnce(folder, { uid, gid }));
  const { pid } = keeper;
  replaceProcess({
    argv: [
      requireBinary('nsenter', 'util-linux'),
      // Within that namespace the user is root already; groups that are not lent stay what they are.
      '--preserve-credentials',
      ...[`--user=/proc/${pid}/ns/user`, `--mount=/proc/${pid}/ns/mnt`, '--'],
      // setns(2) leaves us at the root.
      ...['/bin/sh', '-c', 'cd "$0" 2>/dev/null; exec "$@"', entry.cwd],
      ...entry.argv,
    ],
    env: { ...definedOf(env), [worldVariable]: worldText({ keeper, folder }) },
  });
}

function living(folder: string, uid: number): ProcessIdentity | undefined {
  const keeper = readWorldFile(folder, 'world');
  if (keeper === undefined || !isAlive(keeper)) return undefined;
  return isOutgrown(folder, keeper, uid) ? undefined : keeper;
}

/** Made when there was one user only, and IDs are lent since. While something runs in it, it stays. */
function isOutgrown(folder: string, keeper: ProcessIdentity, uid: number): boolean {
  if (readIdMap(keeper.pid).length > 1 || lentIds(uid) === undefined) return false;
  const helpers = [keeper.pid, readWorldFile(folder, 'uplink')?.pid];
  return findRemnant(uid, namespacesOf(keeper.pid), helpers) === undefined;
}

/** Of two that find none, one makes it. */
async function makeOnce(folder: string, user: { uid: number; gid: number }): Promise<ProcessIdentity> {
  using _lock = await lockFile(join(folder, 'world.lock'), { timeoutMs: 30_000 });
  const found = living(folder, user.uid);
  if (found !== undefined) return found;
  endOutgrown(folder, user.uid);
  const before = readWorldNamespaces(folder);
  // Its keeper was killed, and containers live on: they are to be found again, not left behind.
  const remnant = before === undefined ? undefined : findRemnant(user.uid, before);
  const keeper = await makeWorld(user, remnant);
  const namespaces = namespacesOf(keeper.pid);
  if (namespaces.net !== before?.net) endUplink(folder);
  writeWorldNamespaces(folder, namespaces);
  writeWorldFile(folder, 'world', keeper);
  return keeper;
}

function endOutgrown(folder: string, uid: number): void {
  const keeper = readWorldFile(folder, 'world');
  if (keeper === undefined || !isAlive(keeper) || !isOutgrown(folder, keeper, uid)) return;
  process.kill(keeper.pid, 'SIGKILL');
  endUplink(folder);
  rmSync(join(folder, 'namespaces'), { force: true });
}

/** It carries packets of a network that nobody can enter any more. */
function endUplink(folder: string): void {
  const uplink = readWorldFile(folder, 'uplink');
  if (uplink !== undefined && isAlive(uplink)) process.kill(uplink.pid, 'SIGKILL');
  rmSync(join(folder, 'uplink'), { force: true });
}

function definedOf(env: WorldEntry['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
