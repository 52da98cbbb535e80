import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireBinary } from '../find-binary.ts';
import { lockFile } from '../lock-file.ts';
import { isAlive, type ProcessIdentity } from '../process-identity.ts';
import { replaceProcess } from '../replace-process.ts';
import { makeWorld } from './make-world.ts';
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
  readonly uid: number;
  readonly gid: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What is to be done inside. */
  readonly argv: readonly string[];
}

/**
 * Becomes `argv` as root of the user's world, which is made when there is none: one for each user, in which all their
 * gantrys and containers are. Same process, terminal and folder. Returns only by throwing.
 */
export async function enterWorld(entry: WorldEntry): Promise<never> {
  const { uid, gid, env } = entry;
  const folder = worldFolder(env, uid);
  const keeper = living(folder) ?? (await makeOnce(folder, { uid, gid }));
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

function living(folder: string): ProcessIdentity | undefined {
  const keeper = readWorldFile(folder, 'world');
  return keeper !== undefined && isAlive(keeper) ? keeper : undefined;
}

/** Of two that find none, one makes it. */
async function makeOnce(folder: string, user: { uid: number; gid: number }): Promise<ProcessIdentity> {
  using _lock = await lockFile(join(folder, 'world.lock'), { timeoutMs: 30_000 });
  const found = living(folder);
  if (found !== undefined) return found;
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
