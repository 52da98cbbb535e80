import type { ContainerState, ContainerSummary } from '../../../engine/containers.ts';

const living: ReadonlySet<ContainerState> = new Set(['running', 'paused', 'restarting']);

/** Whether it has a process that could be stopped, killed or waited for. */
export function isRunning({ state }: ContainerSummary): boolean {
  return living.has(state);
}

/** Why a command for running containers does not apply; undefined: it does. */
export function refuseUnlessRunning(container: ContainerSummary): string | undefined {
  return isRunning(container) ? undefined : `${container.name} is not running`;
}

/** Why a command that talks to the process does not apply: not running, or paused. */
export function refuseUnlessResponsive(container: ContainerSummary): string | undefined {
  return container.state === 'paused' ? `${container.name} is paused` : refuseUnlessRunning(container);
}
