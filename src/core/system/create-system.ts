import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, release, totalmem } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';
import type { DiskUsage, System, SystemInfo } from '../../engine/system.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { cgroupMode } from '../host/cgroups/cgroup-mode.ts';
import { inUserNamespace } from '../host/user-namespace.ts';
import { diskUsage, type UsageSources } from './disk-usage.ts';

/** Where the system gets what it tells of the other parts. */
export interface SystemSources extends UsageSources {
  readonly dirs: EngineDirs;
  readonly version: string;
  readonly uid: number;
  /** `crun 1.8.1` */
  readonly describeRuntime: () => Promise<string>;
  readonly checkStore: System['checkStore'];
  readonly snapshotterName: () => Promise<string>;
  /** What registries.json and the command line say. */
  readonly registrySettings: () => Promise<Pick<SystemInfo, 'insecureRegistries' | 'registryMirrors'>>;
  readonly warnings: () => Promise<readonly string[]>;
}

/** The port's system. */
export function createSystem(sources: SystemSources): System {
  return {
    async info() {
      const { dirs, version, uid } = sources;
      const warnings = [...(await sources.warnings())];
      const [runtime, snapshotter, images, containers, registries] = await Promise.all([
        sources.describeRuntime().catch(() => 'none'),
        sources.snapshotterName().catch(() => 'none'),
        sources.images(),
        sources.containers(),
        sources.registrySettings().catch((error: unknown) => {
          warnings.push(GantryError.from(error).message);
          return { insecureRegistries: [], registryMirrors: {} };
        }),
      ]);
      const count = (...states: readonly string[]): number =>
        containers.filter(({ state }) => states.includes(state)).length;
      const [running, paused] = [count('running', 'restarting'), count('paused')];
      return {
        engine: 'gantry',
        version,
        root: dirs.root,
        rootless: uid !== 0 || inUserNamespace(),
        hostName: hostname(),
        kernel: release(),
        operatingSystem: operatingSystem(),
        architecture: arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
        cpus: cpus().length,
        memoryBytes: totalmem(),
        cgroups: cgroupMode(),
        runtime,
        snapshotter,
        images: images.length,
        containers: { running, paused, stopped: containers.length - running - paused },
        ...registries,
        warnings,
      };
    },

    async check() {
      const { checkHost } = await import('../host/checks/check-host.ts');
      return checkHost(sources.dirs);
    },

    checkStore: (options) => sources.checkStore(options),

    diskUsage: (): Promise<readonly DiskUsage[]> => diskUsage(sources),

    async diskUsageDetails() {
      const { diskUsageDetails } = await import('./disk-usage-details.ts');
      return diskUsageDetails(sources);
    },
  };
}

/** `PRETTY_NAME` of os-release(5). */
function operatingSystem(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      const name = /^PRETTY_NAME=(?:"([^"\n]*)"|'([^'\n]*)'|(\S+))$/m.exec(readFileSync(path, 'utf8'));
      if (name !== null) return name[1] ?? name[2] ?? name[3] ?? 'Linux';
    } catch {
      // The next place.
    }
  }
  return 'Linux';
}
