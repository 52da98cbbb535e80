import { placeOutsideService } from '../host/cgroups/place-process.ts';
import { findBinary } from '../host/find-binary.ts';
import { namespaceIdentity } from '../host/namespaces.ts';
import { ownIdentity } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import type { Endpoint } from '../network/networking.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { namelessNetwork } from './names-block.ts';

/**
 * What the monitor runs once the container has ended: a short gantry that buries it. Only where something waits for
 * that: a restart policy, `--rm`, processes that may be left, published ports, which another program of the host may want, others who find it by
 * name; else the next command that looks does it in time. With a client that stays until the end it is for the case that the client is killed.
 */
export function exitCommand(
  context: ContainerContext,
  record: ContainerRecord,
  how: { readonly attached: boolean; readonly endpoints: readonly Endpoint[] },
): readonly string[] | undefined {
  const restarts = (record.spec.restart?.name ?? 'no') !== 'no';
  const waits = restarts || record.spec.autoRemove === true || outlivesItself(record);
  if (!waits && !how.endpoints.some(isFound)) return undefined;
  const own = [
    ...leaveMonitorMounts(),
    ...context.selfCommand,
    ...['internal', 'container-exited', record.id, '--root', context.dirs.root],
  ];
  if (restarts || !how.attached) return own;
  const client = ownIdentity();
  return ['/bin/sh', '-c', unlessAlive, 'sh', String(client.pid), client.startTime, ...own];
}

/**
 * For a container that runs and had nothing waiting for its end: a shell looks every second whether the monitor is
 * gone, and then does what the monitor would have done.
 */
export function watchExit(context: ContainerContext, before: ContainerRecord, now: ContainerRecord): void {
  const commandOf = (record: ContainerRecord): readonly string[] | undefined =>
    exitCommand(context, record, { attached: false, endpoints: record.endpoints });
  const command = commandOf(now);
  const monitor = now.run?.process?.monitorPid;
  if (command === undefined || monitor === undefined || commandOf(before) !== undefined) return;
  const loop = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; shift; exec "$@"';
  const shell = startProcess({
    argv: ['/bin/sh', '-c', loop, 'sh', String(monitor), ...command],
    cwd: '/',
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.unref();
  if (shell.pid !== undefined) placeOutsideService(shell.pid, '/gantry/monitors');
}

/** With the processes of others beside it the kernel does not end what its first process leaves behind. */
function outlivesItself({ spec: { pid } }: ContainerRecord): boolean {
  return pid === 'host' || pid?.startsWith('container:') === true;
}

/** By a port of the host, or by name on a network that somebody made. */
function isFound({ name, ports }: Endpoint): boolean {
  return ports.length > 0 || name !== namelessNetwork;
}

/**
 * The monitor lives among the mounts of its container. What it runs is to see the machine's, for the next container
 * is started from there. Where we are not among those of the first process ourselves nothing tells the way home, and
 * it stays where it is: the runtime takes a root that is mounted already away.
 */
function leaveMonitorMounts(): readonly string[] {
  const nsenter = findBinary('nsenter');
  return nsenter !== undefined && isAtHome() ? [nsenter, '--mount=/proc/1/ns/mnt', '--'] : [];
}

function isAtHome(): boolean {
  try {
    return namespaceIdentity(1, 'mnt') === namespaceIdentity('thread-self', 'mnt');
  } catch {
    // Not even root may look where the first process has more capabilities than we (ptrace(2), access checks).
    return false;
  }
}

/**
 * Becomes the command after `$2`, unless process `$1` runs and began at `$2` (proc_pid_stat(5), field 22). Shell,
 * because it costs 1 ms where Node costs 30.
 */
export const unlessAlive = `pid=$1 began=$2
shift 2
if read -r line <"/proc/$pid/stat"; then
  rest=\${line##*) }
  state=\${rest%% *}
  field=3
  while [ $field -lt 22 ]; do rest=\${rest#* } field=$((field + 1)); done
  if [ "$state" != Z ] && [ "\${rest%% *}" = "$began" ]; then exit 0; fi
fi
exec "$@"`;
