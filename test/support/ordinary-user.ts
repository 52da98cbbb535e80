import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readWorldFile, type WorldProcess } from '../../src/core/host/user-world/world-file.ts';
import { type GantryCli, gantryCli } from './gantry-cli.ts';
import { tempFolder } from './temp-folder.ts';
import { until } from './until.ts';

/** A user of this machine who is not root, with a home of their own and everything gantry keeps for them below it. */
export interface OrdinaryUser extends AsyncDisposable {
  readonly uid: number;
  readonly gantry: GantryCli;
  /** What starts a program as this user, before its words. */
  readonly through: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Lends them IDs: a line of /etc/subuid and /etc/subgid. */
  lend(line: string): void;
  /** A path in their home. */
  at(...parts: readonly string[]): string;
  /** The process that keeps the namespaces of their world, or carries their containers' packets. */
  worldProcess(name: WorldProcess): number | undefined;
}

/** IDs that /etc/subuid and /etc/subgid lend. */
export const lentFrom = 1_200_000;

/**
 * The machine's files are left alone: the user is in copies of passwd, group, subuid and subgid, which are seen in the
 * mount namespace of their programs only. So is a device for networks that everybody may open, as udev makes it.
 */
export function ordinaryUser(
  options: {
    readonly lent?: boolean;
    /** As in a jail: the kernel then gives no user namespaces. */
    readonly jailed?: boolean;
    readonly tun?: boolean;
  } = {},
): OrdinaryUser {
  const { lent = true, jailed = false, tun = true } = options;
  const uid = 52_000 + (process.pid % 1000);
  const folder = tempFolder();
  chmodSync(folder.path, 0o755);
  const etc = {
    passwd: `${readFileSync('/etc/passwd', 'utf8')}ann:x:${uid}:${uid}::${folder.at('home')}:/bin/sh\n`,
    group: `${readFileSync('/etc/group', 'utf8')}ann:x:${uid}:\n`,
    subuid: lent ? `ann:${lentFrom}:65536\n` : '',
    subgid: lent ? `ann:${lentFrom}:65536\n` : '',
  };
  for (const [name, text] of Object.entries(etc)) writeFileSync(folder.at(name), text);
  for (const name of ['home', 'home/run']) {
    mkdirSync(folder.at(name), { mode: 0o700 });
    chownSync(folder.at(name), uid, uid);
  }
  mkdirSync(folder.at('jail'));
  const steps = [
    ...Object.keys(etc).map((name) => `mount --bind "${folder.at(name)}" /etc/${name}`),
    ...(tun ? [`mknod -m 666 "${folder.at('tun')}" c 10 200 2>/dev/null || :`] : []),
    ...(tun ? [`mount --bind "${folder.at('tun')}" /dev/net/tun`] : []),
    ...(jailed ? [`mount --rbind / "${folder.at('jail')}"`] : []),
    `exec ${jailed ? `chroot "${folder.at('jail')}" ` : ''}setpriv --reuid=${uid} --regid=${uid} --clear-groups "$@"`,
  ];
  const through = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', steps.join('\n'), 'sh'];
  const env = {
    HOME: folder.at('home'),
    USER: 'ann',
    XDG_RUNTIME_DIR: folder.at('home', 'run'),
    XDG_DATA_HOME: folder.at('home', 'data'),
    XDG_CONFIG_HOME: folder.at('home', 'config'),
    XDG_STATE_HOME: folder.at('home', 'state'),
    XDG_CACHE_HOME: folder.at('home', 'cache'),
    GANTRY_ROOT: '',
  };
  const worldProcess = (name: WorldProcess): number | undefined =>
    readWorldFile(folder.at('home/root/world'), name)?.pid;
  return {
    uid,
    gantry: gantryCli({ path: folder.at('home', 'root'), env }, through),
    through,
    env,
    lend(line) {
      for (const name of ['subuid', 'subgid']) writeFileSync(folder.at(name), `${line}\n`);
    },
    at: (...parts) => folder.at('home', ...parts),
    worldProcess,
    async [Symbol.asyncDispose]() {
      const left = (['world', 'uplink'] as const)
        .flatMap((name) => worldProcess(name) ?? [])
        .filter(isRunning);
      for (const pid of left) process.kill(pid, 'SIGKILL');
      await until(() => !left.some(isRunning));
      folder[Symbol.dispose]();
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
