import { GantryError } from '../../../base/gantry-error.ts';
import type { Resources } from '../../../engine/containers.ts';
import { blockIoLimits } from './block-io.ts';
import { checkCpusets } from './cpusets.ts';
import type { DeviceRule } from './devices.ts';

export interface ResourceFacts {
  readonly cpus: number;
  /** The kernel can limit memory and swap together. */
  readonly swapLimit: boolean;
}

const smallestMemoryBytes = 6 << 20;
const cpuPeriodUs = 100_000;

/**
 * Docker's bounds, in its words.
 * @throws GantryError `invalid` / `resources`
 */
export function checkResources(resources: Resources, facts: ResourceFacts): void {
  const { memoryBytes, memorySwapBytes, memoryReservationBytes, cpus, cpuShares } = resources;
  if (memoryBytes !== undefined && memoryBytes !== 0 && memoryBytes < smallestMemoryBytes) {
    throw bad('Minimum memory limit allowed is 6MB');
  }
  if (memorySwapBytes !== undefined && memorySwapBytes > 0) {
    if (!memoryBytes)
      throw bad('You should always set the Memory limit when using Memoryswap limit, see usage');
    if (memorySwapBytes < memoryBytes) {
      throw bad('Minimum memoryswap limit should be larger than memory limit, see usage');
    }
  }
  if (memoryReservationBytes && memoryBytes && memoryReservationBytes > memoryBytes) {
    throw bad('Minimum memory limit can not be less than memory reservation limit, see usage');
  }
  if (cpus !== undefined && cpus !== 0 && !(cpus >= 0.01 && cpus <= facts.cpus)) {
    throw bad(
      `range of CPUs is from 0.01 to ${facts.cpus}.00, as there are only ${facts.cpus} CPUs available`,
    );
  }
  if (cpus && (resources.cpuPeriodUs || resources.cpuQuotaUs)) {
    throw bad('Conflicting options: Nano CPUs and CPU Period cannot both be set');
  }
  const { cpuPeriodUs } = resources;
  if (cpuPeriodUs && !(cpuPeriodUs >= 1000 && cpuPeriodUs <= 1_000_000)) {
    throw bad('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  }
  if (resources.cpuQuotaUs && resources.cpuQuotaUs > 0 && resources.cpuQuotaUs < 1000) {
    throw bad('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  }
  const { memorySwappiness } = resources;
  if (memorySwappiness !== undefined && memorySwappiness !== -1) {
    if (!(memorySwappiness >= 0 && memorySwappiness <= 100)) {
      throw bad(`Invalid value: ${memorySwappiness}, valid memory swappiness range is 0-100`);
    }
  }
  blockIoLimits(resources);
  if (cpuShares !== undefined && cpuShares < 0)
    throw bad(`invalid CPU shares (${cpuShares}): value must be a positive integer`);
  checkCpusets(resources);
}

/**
 * `linux.resources` (config-linux.md, "Control groups"), in the version 1 vocabulary that runtimes translate for
 * version 2. Memory with swap defaults to twice the memory, as in Docker; -1 is without limit.
 */
export function linuxResources(
  resources: Resources,
  devices: readonly DeviceRule[],
  facts: ResourceFacts,
): Readonly<Record<string, unknown>> {
  const memory = memoryLimits(resources, facts);
  const blockIO = blockIoLimits(resources);
  const cpu = {
    ...(resources.cpuShares ? { shares: resources.cpuShares } : {}),
    ...(resources.cpus ? { quota: Math.round(resources.cpus * cpuPeriodUs), period: cpuPeriodUs } : {}),
    ...(resources.cpuPeriodUs ? { period: resources.cpuPeriodUs } : {}),
    ...(resources.cpuQuotaUs ? { quota: resources.cpuQuotaUs } : {}),
    ...(resources.cpusetCpus ? { cpus: resources.cpusetCpus } : {}),
    ...(resources.cpusetMems ? { mems: resources.cpusetMems } : {}),
  };
  return {
    devices: [{ allow: false, access: 'rwm' }, ...devices.map((rule) => ({ allow: true, ...rule }))],
    ...(Object.keys(memory).length === 0 ? {} : { memory }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(blockIO === undefined ? {} : { blockIO }),
    ...(resources.pidsLimit ? { pids: { limit: resources.pidsLimit } } : {}),
  };
}

function memoryLimits(resources: Resources, { swapLimit }: ResourceFacts): Record<string, number | boolean> {
  const { memoryBytes, memorySwapBytes, memoryReservationBytes, memorySwappiness } = resources;
  const others = {
    ...(memoryReservationBytes ? { reservation: memoryReservationBytes } : {}),
    ...(memorySwappiness !== undefined && memorySwappiness !== -1 ? { swappiness: memorySwappiness } : {}),
    ...(resources.oomKillDisable === true ? { disableOOMKiller: true } : {}),
  };
  if (!memoryBytes) return others;
  const swap = memorySwapBytes || memoryBytes * 2;
  return { limit: memoryBytes, ...(swapLimit ? { swap } : {}), ...others };
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'resources', message });
}
