import { capabilityNames } from '../../src/core/host/own-capabilities.ts';
import type { HostFacts } from '../../src/core/runtime/host-facts.ts';

/** A machine for tests: root with everything, version 2 cgroups, two CPUs, no odd limits. */
export function sampleHost(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    boundingCaps: new Set<string>(capabilityNames),
    hardLimits: new Map(),
    oomScoreAdj: 0,
    mayRaiseLimits: true,
    cgroups: 'v2',
    inUserNamespace: false,
    highestGroup: 2_147_483_647,
    swapLimit: true,
    cpus: 2,
    cpuIndexes: [0, 1],
    kernel: [6, 1],
    recursiveReadOnly: true,
    appArmor: false,
    ...changes,
  };
}
