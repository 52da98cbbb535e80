import type { ContainerSummary } from '../../../engine/containers.ts';
import { humanDuration } from './human-duration.ts';

/** The STATUS column: `Up 3 minutes (healthy)`, `Exited (0) 2 hours ago`, `Created`. */
export function containerStatus(container: ContainerSummary, nowMs: number): string {
  const since = (time: string | undefined) =>
    time === undefined ? 'Less than a second' : humanDuration(Math.max(0, nowMs - Date.parse(time)));
  const lostMonitor = container.monitorLost === true ? ' (monitor lost)' : '';
  switch (container.state) {
    case 'created':
      return 'Created';
    case 'dead':
      return 'Dead';
    case 'removing':
      return 'Removal In Progress';
    case 'restarting':
      return `Restarting (${container.exitCode ?? 0}) ${since(container.finishedAt)} ago`;
    case 'paused':
      return `Up ${since(container.startedAt)} (Paused)${lostMonitor}`;
    case 'exited':
      return `Exited (${container.exitCode ?? 0}) ${since(container.finishedAt)} ago`;
    case 'running': {
      const health = {
        none: '',
        starting: ' (health: starting)',
        healthy: ' (healthy)',
        unhealthy: ' (unhealthy)',
      };
      return `Up ${since(container.startedAt)}${health[container.health]}${lostMonitor}`;
    }
  }
}
