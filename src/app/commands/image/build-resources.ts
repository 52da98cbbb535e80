import type { Resources } from '../../../engine/containers.ts';
import { resourceOptions } from '../container/resource-options.ts';
import { parseResources } from '../container/spec/parse-resources.ts';
import { parseUlimit } from '../container/spec/parse-ulimit.ts';
import { specError } from '../container/spec/spec-error.ts';
import type { OptionValue } from '../option-spec.ts';
import { bytes, list } from '../option-spec.ts';

const { cpuPeriod, cpuQuota, cpuShares, cpusetCpus, cpusetMems, memory, memorySwap } = resourceOptions;

/** Limits of RUN steps, with the names `docker build` has. */
export const buildResourceOptions = {
  cpuPeriod,
  cpuQuota,
  cpuShares,
  cpusetCpus,
  cpusetMems,
  memory,
  memorySwap,
  shmSize: bytes('Size of /dev/shm'),
  ulimit: list('Set a resource limit (name=soft[:hard])', { valueName: 'ulimit' }),
} as const;

type Values = {
  readonly [K in keyof typeof buildResourceOptions]: OptionValue<(typeof buildResourceOptions)[K]>;
};

/** Throws `invalid` in Docker's words. */
export function parseBuildResources(options: Values): Resources {
  if (options.shmSize !== undefined && options.shmSize < 0) {
    throw specError('bad-size', `--shm-size cannot be negative: ${options.shmSize}`);
  }
  const absent = {
    blkioWeight: undefined,
    cpus: undefined,
    memoryReservation: undefined,
    pidsLimit: undefined,
  };
  return {
    ...parseResources({ ...options, ...absent }),
    ulimits: options.ulimit.map(parseUlimit),
    shmSizeBytes: options.shmSize,
  };
}
