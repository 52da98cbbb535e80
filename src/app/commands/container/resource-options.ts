import { bytes, integer, number, text } from '../option-spec.ts';

/** Limits that can be set when a container is made and changed while it runs. */
export const resourceOptions = {
  blkioWeight: integer('Relative weight of block I/O (10 to 1000)'),
  cpuPeriod: integer('Length of the period that --cpu-quota is of, in microseconds'),
  cpuQuota: integer('CPU time it may use in a period, in microseconds'),
  cpuShares: integer('Relative weight of CPU time', { short: 'c' }),
  cpus: number('How many CPUs it may use (1.5)', { valueName: 'decimal' }),
  cpusetCpus: text('CPUs it may run on (0-3, 0,1)'),
  cpusetMems: text('Memory nodes it may use (0-3, 0,1)'),
  memory: bytes('Memory limit', { short: 'm' }),
  memoryReservation: bytes('Memory it is given back to under pressure'),
  memorySwap: bytes('Limit of memory and swap together; -1 is without limit'),
  pidsLimit: integer('How many processes it may have; -1 is without limit'),
} as const;
