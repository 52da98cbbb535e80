import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { cgroupFolders } from '../../src/core/host/cgroups/cgroup-folders.ts';
import { processesOf } from '../../test/support/host-traces.ts';
import { mustRun } from '../../test/support/run-program.ts';
import type { TempRoot } from '../../test/support/temp-root.ts';

/** Remembers what is on the machine, and tells what is there later that was not. */
export interface MachineWatch extends Disposable {
  /** Lines of what is more than at the beginning. What the kernel takes its time with is waited for, up to 5 s. */
  more(): Promise<readonly string[]>;
}

/** Sees every container that is made from now on, also one whose maker is killed before it can tell its ID. */
export async function watchMachine({ path, dirs }: TempRoot): Promise<MachineWatch> {
  const ids = new Set<string>();
  const watcher = watch(join(dirs.root, 'containers'), (_event, name) => {
    if (name !== null) ids.add(name);
  });
  const look = async (): Promise<ReadonlySet<string>> =>
    new Set([
      ...mounts(path),
      ...interfaces(),
      ...(await rules()),
      ...[...ids].flatMap((id) => cgroupFolders(`/gantry/${id}`)).filter((folder) => existsSync(folder)),
      ...processesOf(path).map((pid) => `process ${pid} ${commandLine(pid)}`),
    ]);
  const before = await look();
  return {
    async more() {
      for (let waitedMs = 0; ; waitedMs += 100) {
        const more = [...(await look())].filter((line) => !before.has(line));
        if (more.length === 0 || waitedMs >= 5_000) return more;
        await pause(100);
      }
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}

/** In every mount namespace that a process of the root is in, too: with their monitors such are gone. */
function mounts(root: string): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(root))
    .map((line) => `mount ${line}`);
}

function interfaces(): readonly string[] {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').trim().split('\n').slice(2);
  return lines.map((line) => `interface ${line.split(':')[0]?.trim()}`);
}

/** Each rule and each element of a set on a line of its own; counters do not count. */
async function rules(): Promise<readonly string[]> {
  const text = await mustRun(['nft', 'list', 'ruleset']);
  return text
    .replaceAll(/counter packets \d+ bytes \d+/g, 'counter')
    .split(/[\n,{}]/)
    .map((line) => `rule ${line.trim()}`);
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Names below a folder; none where it is not there. */
export function namesIn(dir: string): readonly string[] {
  return existsSync(dir) ? readdirSync(dir) : [];
}
