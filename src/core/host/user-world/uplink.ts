import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { requireBinary } from '../find-binary.ts';
import { lockFile } from '../lock-file.ts';
import { isAlive, type ProcessIdentity, processIdentity } from '../process-identity.ts';
import { runCommand } from '../run-command.ts';
import { startProcess } from '../start-process.ts';
import { lackingUplink } from './lacking-uplink.ts';
import { type OwnWorld, worldNetworkPath } from './own-world.ts';
import { readWorldFile, writeWorldFile } from './world-file.ts';

/** The world's end of it. */
export const uplinkDevice = 'tap0';
export function uplinkSocket({ folder }: OwnWorld): string {
  return join(folder, socketName);
}

const socketName = 'uplink.sock';

/** Whether there was one that has ended since: what it published is not to be reached any more. */
export function hasLostUplink({ folder }: OwnWorld): boolean {
  const noted = readWorldFile(folder, 'uplink');
  return noted !== undefined && !isAlive(noted);
}

/**
 * Sees to it that slirp4netns carries packets between the world's network and the machine's: one process for all of a
 * user's containers, until it is killed. The result says whether it was started just now, and so publishes nothing yet.
 * Throws `unavailable` / `no-uplink`.
 */
export async function ensureUplink(world: OwnWorld): Promise<{ readonly isNew: boolean }> {
  if (isUplinkUp(world)) return { isNew: false };
  using _lock = await lockFile(join(world.folder, 'uplink.lock'), { timeoutMs: 30_000 });
  if (isUplinkUp(world)) return { isNew: false };
  writeWorldFile(world.folder, 'uplink', await start(world));
  return { isNew: true };
}

export function isUplinkUp({ folder }: OwnWorld): boolean {
  const noted = readWorldFile(folder, 'uplink');
  return noted !== undefined && isAlive(noted);
}

async function start(world: OwnWorld): Promise<ProcessIdentity> {
  const lacking = lackingUplink();
  if (lacking !== undefined) throw noUplink(lacking.what, lacking.mend);
  rmSync(uplinkSocket(world), { force: true });
  const logPath = join(world.folder, 'uplink.log');
  const log = openSync(logPath, 'w', 0o600);
  const slirp = startProcess({
    argv: [
      requireBinary('slirp4netns', 'slirp4netns'),
      ...['--configure', '--mtu=65520', '--disable-host-loopback', '--enable-sandbox', '--enable-seccomp'],
      ...[
        '--api-socket',
        socketName,
        '--ready-fd=3',
        '--netns-type=path',
        worldNetworkPath(world),
        uplinkDevice,
      ],
    ],
    // A name of any length goes by its folder.
    cwd: world.folder,
    detached: true,
    // It tells each question it is asked on its output, for as long as it lives.
    stdio: ['ignore', 'ignore', log, 'pipe'],
  });
  closeSync(log);
  const pid = slirp.pid;
  try {
    await readiness(slirp);
    // It hands what was published to the containers' own addresses: somebody must answer for them on its side.
    await answerForContainers(world);
    const identity = pid === undefined ? undefined : processIdentity(pid);
    if (identity === undefined) throw new Error('it ended at once');
    return identity;
  } catch (error) {
    slirp.kill('SIGKILL');
    throw noUplink(`slirp4netns says: ${complaint(logPath) ?? String(error)}`);
  } finally {
    slirp.unref();
  }
}

function readiness(slirp: ReturnType<typeof startProcess>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ready = slirp.stdio[3] as NodeJS.ReadableStream & { destroy(): void };
  ready.once('data', () => resolve());
  ready.once('end', () => reject(new Error('it ended at once')));
  slirp.once('error', reject);
  return promise.finally(() => ready.destroy());
}

async function answerForContainers(world: OwnWorld): Promise<void> {
  const argv = [
    requireBinary('nsenter', 'util-linux'),
    ...[`--net=${worldNetworkPath(world)}`, '--', '/bin/sh', '-c'],
    `echo 1 >/proc/sys/net/ipv4/conf/${uplinkDevice}/proxy_arp`,
  ] as const;
  const { status, stderr } = await runCommand({ argv, timeoutMs: 10_000 });
  if (status !== 0) throw new Error(stderr.trim());
}

/** Beginning of what it said. */
function complaint(path: string): string | undefined {
  const text = readFileSync(path, 'utf8').trim();
  return text === '' ? undefined : text.replaceAll('\n', '; ').slice(0, 400);
}

function noUplink(why: string, mend = '"gantry doctor" tells what is missing'): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'no-uplink',
    message: `no way from the containers' network to the machine's: ${why}`,
    hint: `${mend}; until then there are --network none and --network host`,
  });
}
