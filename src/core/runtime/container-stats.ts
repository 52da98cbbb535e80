import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerStats } from '../../engine/containers.ts';
import { cgroupUsage, systemCpuTotalNs } from '../host/cgroups/cgroup-usage.ts';
import { containerCgroup } from './free-state.ts';

/** One reading of a running container. Throws `conflict` / `container-not-running`. */
export function containerStats(id: string, pid: number): ContainerStats {
  const usage = cgroupUsage(containerCgroup(id));
  if (usage === undefined) throw notRunning(id);
  const network = parseNetworkCounters(networkDevices(pid));
  return {
    id,
    time: new Date().toISOString(),
    ...usage,
    systemCpuTotalNs: systemCpuTotalNs(),
    onlineCpus: availableParallelism(),
    networkReceivedBytes: network.received,
    networkSentBytes: network.sent,
  };
}

/** Sums /proc/PID/net/dev (proc_pid_net(5)) over all interfaces but loopback. */
export function parseNetworkCounters(text: string): { readonly received: number; readonly sent: number } {
  let received = 0;
  let sent = 0;
  for (const line of text.split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (counters === undefined || name?.trim() === 'lo') continue;
    const fields = counters.trim().split(/\s+/);
    received += Number(fields[0] ?? 0);
    sent += Number(fields[8] ?? 0);
  }
  return { received, sent };
}

export function notRunning(id: string): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'container-not-running',
    message: `container ${id} is not running`,
  });
}

function networkDevices(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/net/dev`, 'latin1');
  } catch {
    return '';
  }
}
