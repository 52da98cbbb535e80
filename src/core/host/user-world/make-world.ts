import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { GantryError } from '../../../base/gantry-error.ts';
import { findBinary, requireBinary } from '../find-binary.ts';
import { type ProcessIdentity, processIdentity } from '../process-identity.ts';
import { runCommand } from '../run-command.ts';
import { startProcess } from '../start-process.ts';
import type { Remnant } from './remnant.ts';
import { idMapArguments, type SubordinateRange, subordinateIds } from './subordinate-ids.ts';

/**
 * Makes the namespaces a user's engine lives in (users, mounts, network) and returns the process that keeps them, which
 * sleeps until it is killed. Root inside is the user; the others are those /etc/subuid and /etc/subgid lend, or
 * nobody where there are none. With `remnant` they are those that are left, and what is lost is made anew. Throws `unavailable` / `no-user-namespace` where the kernel refuses.
 */
export async function makeWorld(
  user: { readonly uid: number; readonly gid: number },
  remnant?: Remnant,
): Promise<ProcessIdentity> {
  const unshare = requireBinary('unshare', 'util-linux');
  const keeper = startProcess({
    // It has no rights before its IDs are mapped, and all of them with the next program it becomes.
    argv: [
      ...(remnant === undefined ? anew(unshare) : entering(remnant, unshare)),
      ...['--mount', '--propagation', 'slave', '--'],
      ...['/bin/sh', '-c', 'echo made; read -r _ && exec /bin/sh -c "$1"', 'gantry-world', furnish],
    ],
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = collect(keeper);
  try {
    await answer(keeper, 'made', said);
    const pid = keeper.pid ?? 0;
    if (remnant === undefined) await mapIds(pid, user);
    keeper.stdin?.write('\n');
    await answer(keeper, 'furnished', said);
    const identity = processIdentity(pid);
    if (identity === undefined) throw refused(said());
    return identity;
  } catch (error) {
    keeper.kill('SIGKILL');
    throw error;
  } finally {
    keeper.stdin?.destroy();
    keeper.stdout?.destroy();
    keeper.stderr?.destroy();
    keeper.unref();
  }
}

function anew(unshare: string): readonly [string, ...string[]] {
  return [unshare, '--user', '--net'];
}

function entering({ user, net }: Remnant, unshare: string): readonly [string, ...string[]] {
  return [
    requireBinary('nsenter', 'util-linux'),
    ...['--preserve-credentials', `--user=${user}`, ...(net === undefined ? [] : [`--net=${net}`]), '--'],
    ...[unshare, ...(net === undefined ? ['--net'] : [])],
  ];
}

/**
 * Control groups that are not ours to change are put out of sight: runtimes and the engine then see that there are
 * none. Shell, for a Node that stays would take 40 MB.
 */
const furnish = `set -e
mount -t tmpfs -o mode=755,size=64k,nosuid,nodev,noexec gantry-world /sys/fs/cgroup 2>/dev/null || :
echo furnished
exec sleep infinity </dev/null >/dev/null 2>&1`;

async function mapIds(pid: number, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  const lent = lentIds(uid);
  if (lent === undefined) {
    writeFileSync(`/proc/${pid}/setgroups`, 'deny');
    writeFileSync(`/proc/${pid}/uid_map`, `0 ${uid} 1`);
    writeFileSync(`/proc/${pid}/gid_map`, `0 ${gid} 1`);
    return;
  }
  for (const [program, own, ranges] of [
    [lent.newuidmap, uid, lent.uids],
    [lent.newgidmap, gid, lent.gids],
  ] as const) {
    const argv = [program, String(pid), ...idMapArguments(own, ranges)] as const;
    const { status, stderr } = await runCommand({ argv, timeoutMs: 10_000 });
    if (status === 0) continue;
    throw new GantryError({
      kind: 'unavailable',
      code: 'no-id-map',
      message: `${program} refused: ${stderr.trim()}`,
      hint: 'look at the lines of this user in /etc/subuid and /etc/subgid',
    });
  }
}

export interface LentIds {
  readonly newuidmap: string;
  readonly newgidmap: string;
  readonly uids: readonly SubordinateRange[];
  readonly gids: readonly SubordinateRange[];
}

/** All it takes for more than one user inside; undefined when any of it is missing. */
export function lentIds(uid: number): LentIds | undefined {
  const user = { name: userName(), uid };
  const newuidmap = findBinary('newuidmap');
  const newgidmap = findBinary('newgidmap');
  const uids = subordinateIds('/etc/subuid', user);
  const gids = subordinateIds('/etc/subgid', user);
  if (newuidmap === undefined || newgidmap === undefined || uids.length === 0 || gids.length === 0) {
    return undefined;
  }
  return { newuidmap, newgidmap, uids, gids };
}

/** Undefined for a user the system has no name for. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function collect(keeper: ChildProcess): () => string {
  let text = '';
  keeper.stderr?.setEncoding('utf8').on('data', (part: string) => {
    if (text.length < 4096) text += part;
  });
  return () => text;
}

async function answer(keeper: ChildProcess, word: string, said: () => string): Promise<void> {
  const ended = once(keeper, 'close').then(() => undefined);
  const failed = once(keeper, 'error').then(([error]) => Promise.reject(error));
  const [line] = (await Promise.race([once(keeper.stdout!, 'data'), ended, failed])) ?? [];
  if (String(line).trim() !== word) throw refused(said());
}

function refused(said: string): GantryError {
  const why = said.trim().replace(/^unshare: /, '') || 'it ended at once';
  return new GantryError({
    kind: 'unavailable',
    code: 'no-user-namespace',
    message: `this machine gives normal users no namespaces of their own: ${why}`,
    hint: 'as root: sysctl -w user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1 (whichever there is), or run gantry as root',
  });
}
