import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type EngineDirs, engineDirs } from '../../src/core/engine-dirs.ts';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { removeAllNetworks } from '../../src/core/network/remove-all-networks.ts';
import { hostTraces, processesOf } from './host-traces.ts';
import { runProgram } from './run-program.ts';
import { tempFolder } from './temp-folder.ts';

/** An engine's root of its own: `await using root = await tempRoot()`. */
export interface TempRoot extends AsyncDisposable {
  /** For `--root`. */
  readonly path: string;
  readonly dirs: EngineDirs;
  /** Beside the engine's root, for whatever a test needs: contexts, outputs. */
  at(...parts: readonly string[]): string;
  /** Keeps preferences and caches of a person out of a test, and the test's out of theirs. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Disposing of it takes the engine's networks down, removes the folder, and fails when anything else of the engine is
 * still there then: a mount, an interface, a firewall table, a process. What leaked is cleared away first, so that
 * one test's leak is not the next one's. A test removes its containers itself: that is part of what it tests.
 */
export async function tempRoot(): Promise<TempRoot> {
  const folder = tempFolder();
  const path = folder.at('root');
  const before = await hostTraces(folder.path);
  const home = (name: string) => folder.at('home', name);
  return {
    path,
    dirs: engineDirs(path, folder.at('root', 'run')),
    at: folder.at,
    env: {
      HOME: folder.at('home'),
      XDG_CONFIG_HOME: home('config'),
      XDG_DATA_HOME: home('data'),
      XDG_STATE_HOME: home('state'),
      XDG_CACHE_HOME: home('cache'),
    },
    async [Symbol.asyncDispose]() {
      await takeNetworksDown(path);
      const leaks = await leaksSince(before, folder.path);
      if (leaks.length > 0) await clearAway(folder.path);
      folder[Symbol.dispose]();
      if (leaks.length > 0) throw new Error(`left behind:\n${leaks.join('\n')}`);
    },
  };
}

async function takeNetworksDown(root: string): Promise<void> {
  const dirs = engineDirs(root, `${root}/run`);
  if (!existsSync(dirs.database)) return;
  using metadata = openMetadata(dirs.database);
  await removeAllNetworks({ metadata, dirs });
}

/** The kernel takes its time with interfaces of a namespace that is gone, and monitors with their last words. */
async function leaksSince(before: ReadonlySet<string>, root: string): Promise<readonly string[]> {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const leaks = [...(await hostTraces(root))].filter((trace) => !before.has(trace));
    if (leaks.length === 0 || waitedMs >= 3_000) return leaks;
    await pause(50);
  }
}

async function clearAway(root: string): Promise<void> {
  for (const pid of processesOf(root)) process.kill(pid, 'SIGKILL');
  const mounts = (await hostTraces(root)).values().filter((trace) => trace.startsWith('mount '));
  for (const mount of [...mounts].toSorted().toReversed()) {
    await runProgram(['umount', '--lazy', mount.slice('mount '.length)]);
  }
}
