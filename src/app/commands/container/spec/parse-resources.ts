import type { DeviceRate, Resources } from '../../../../engine/containers.ts';
import type { OptionValue } from '../../option-spec.ts';
import { parseBytes } from '../../parse/parse-bytes.ts';
import type { resourceOptions } from '../resource-options.ts';
import { specError } from './spec-error.ts';

/** What was given of {@link resourceOptions}. */
export type ResourceValues = {
  readonly [K in keyof typeof resourceOptions]: OptionValue<(typeof resourceOptions)[K]>;
};

/** Limits as the engine takes them; it checks what depends on the machine. Throws `invalid` in Docker's words. */
export function parseResources(options: ResourceValues): Resources {
  if (options.cpus !== undefined && options.cpus < 0) {
    throw specError('bad-cpus', `Range of CPUs is from 0.01 to as many as this machine has: ${options.cpus}`);
  }
  for (const [name, value] of [
    ['memory', options.memory],
    ['memory-reservation', options.memoryReservation],
  ] as const) {
    if (value !== undefined && value < 0)
      throw specError('bad-size', `--${name} cannot be negative: ${value}`);
  }
  return {
    memoryBytes: options.memory,
    memorySwapBytes: options.memorySwap,
    memoryReservationBytes: options.memoryReservation,
    cpus: options.cpus,
    cpuPeriodUs: options.cpuPeriod,
    cpuQuotaUs: options.cpuQuota,
    cpuShares: options.cpuShares,
    cpusetCpus: options.cpusetCpus,
    cpusetMems: options.cpusetMems,
    blkioWeight: options.blkioWeight,
    pidsLimit: options.pidsLimit,
  };
}

/** `/dev/sda:1mb` for rates in bytes, `/dev/sda:100` for those in operations. */
export function parseDeviceRates(kind: DeviceRate['kind'], words: readonly string[]): readonly DeviceRate[] {
  return words.map((word) => {
    const [path, value] = splitDevice(word);
    const rate = kind.endsWith('bps') ? parseBytes(value) : Number(/^\d+$/.exec(value)?.[0]);
    if (rate === undefined || !(rate >= 0)) {
      throw specError(
        'bad-device',
        `invalid rate for device: ${word}. The correct format is <device-path>:<number>`,
      );
    }
    return { kind, path, rate };
  });
}

/** `/dev/sda:200`. */
export function parseDeviceWeights(
  words: readonly string[],
): readonly { readonly path: string; readonly weight: number }[] {
  return words.map((word) => {
    const [path, value] = splitDevice(word);
    const weight = Number(/^\d+$/.exec(value)?.[0]);
    if (!(weight === 0 || (weight >= 10 && weight <= 1000))) {
      throw specError('bad-device', `invalid weight for device: ${word}`);
    }
    return { path, weight };
  });
}

function splitDevice(word: string): readonly [path: string, value: string] {
  const at = word.lastIndexOf(':');
  if (at <= 0 || !word.startsWith('/dev/')) throw specError('bad-device', `bad format: ${word}`);
  return [word.slice(0, at), word.slice(at + 1)];
}
