import type { ContainerSummary } from '../../../engine/containers.ts';

/** Whether it has a process that could be stopped, killed or waited for. */
export function isRunning({ state }: ContainerSummary): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}
