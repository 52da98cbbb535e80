import { isAlive as processLives } from '../host/process-identity.ts';
import { monitorAlive } from '../runtime/monitor-alive.ts';
import type { ContainerRecord } from './container-record.ts';

/** What Docker shows where nobody knows how a process ended. */
export const lostStatus = 255;

const reasons = {
  monitor: 'its monitor was killed, so its exit status is not known',
  machine: 'the machine went down while it ran, so its exit status is not known',
} as const;

/** The error of a container whose status is lost: with its monitor, or with the machine. */
export function lostStatusReason(sameBoot: boolean): string {
  return sameBoot ? reasons.monitor : reasons.machine;
}

/** Whether its last run ended in a way nobody knows. */
export function isStatusLost({ exitCode, error }: Pick<ContainerRecord, 'exitCode' | 'error'>): boolean {
  return exitCode === lostStatus && (error === reasons.monitor || error === reasons.machine);
}

export const monitorLostNote =
  'its monitor was killed: nobody writes its log, and its exit status will not be known';

/** Whether its process runs and its monitor does not. */
export function isMonitorLost({ id, state, run }: ContainerRecord): boolean {
  const process = run?.process;
  if ((state !== 'running' && state !== 'paused') || process === undefined) return false;
  // The monitor ends after the process: in this order nothing that has just ended looks so.
  return (
    !monitorAlive(process.monitorPid, id) &&
    processLives({ pid: process.pid, startTime: process.pidStartTime })
  );
}
