import { isErrorCode } from '../../base/is-error-code.ts';
import type { PortBinding } from '../../engine/containers.ts';
import type { Endpoint, Networking } from '../network/networking.ts';
import type { LaunchRequest } from '../runtime/runtime.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { networkOwner } from './hostname-of.ts';
import { livingProcess } from './join-namespaces.ts';
import { isAlive } from './lifecycle.ts';
import { settle } from './settle.ts';
import { networkName } from './summarize.ts';

/** How a container is to see the network. */
export interface NetworkPlan {
  /** What was taken of networks, the first with the ports: give them back on failure. */
  readonly endpoints: readonly Endpoint[];
  readonly network: LaunchRequest['network'];
  readonly configureNetwork: LaunchRequest['configureNetwork'];
  readonly openNetwork?: LaunchRequest['openNetwork'];
  readonly heldDescriptors: readonly number[];
  /** For the specification. */
  readonly mode: 'own' | 'host' | 'joined';
  /** Folder of the container whose hosts and resolv.conf it has; undefined: its own. */
  readonly filesOf: string | undefined;
}

const nothing = { endpoints: [], configureNetwork: undefined, heldDescriptors: [], filesOf: undefined };

/** Takes addresses and ports, or finds the namespace to join. When it fails nothing was taken. */
export async function planNetwork(context: ContainerContext, record: ContainerRecord): Promise<NetworkPlan> {
  const name = networkName(record);
  if (name === 'host') return { ...nothing, network: undefined, mode: 'host' };
  if (name.startsWith('container:')) return joinContainer(context, record, name.slice('container:'.length));
  if (name === 'none' || record.attachments.length === 0) {
    const { loopbackOnly } = await import('../network/connect-endpoint.ts');
    return { ...nothing, network: 'new', mode: 'own', configureNetwork: loopbackOnly() };
  }
  const networking = await context.networking();
  const endpoints: Endpoint[] = [];
  try {
    for (const [index, attachment] of record.attachments.entries()) {
      const ports = index === 0 ? wantedPorts(record) : [];
      endpoints.push(
        await allocate(context, networking, {
          ...attachment,
          containerId: record.id,
          ports,
          deviceNumber: index,
        }),
      );
    }
  } catch (error) {
    for (const endpoint of endpoints) await networking.release(endpoint);
    throw error;
  }
  return {
    endpoints,
    network: 'new',
    configureNetwork: async (path) => {
      for (const endpoint of endpoints) await networking.connect(endpoint, path);
    },
    openNetwork: networking.openNamespace,
    heldDescriptors: endpoints.flatMap((endpoint) => networking.heldDescriptors(endpoint)),
    mode: 'own',
    filesOf: undefined,
  };
}

/** What `-p` says, and with `-P` every exposed port that `-p` leaves out, on a port the host chooses. */
export function wantedPorts(record: ContainerRecord): readonly PortBinding[] {
  const ports = record.spec.ports ?? [];
  if (record.spec.publishAll !== true) return ports;
  const exposed = record.exposedPorts.flatMap((text): readonly PortBinding[] => {
    const [port, protocol = 'tcp'] = text.split('/');
    const containerPort = Number(port);
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    const given = ports.some((own) => own.containerPort === containerPort && own.protocol === protocol);
    return given ? [] : [{ protocol, containerPort, hostAddress: '', hostPort: 0 }];
  });
  return [...ports, ...exposed];
}

/** When address or port are taken, it may be by containers that ended while no gantry ran: look, and try once more. */
export async function allocate(
  context: ContainerContext,
  networking: Networking,
  request: Parameters<Networking['allocate']>[0],
): Promise<Endpoint> {
  try {
    return await networking.allocate(request);
  } catch (error) {
    if (!isErrorCode(error, 'port-in-use', 'no-address')) throw error;
    const living = new Set<string>();
    for (const [, other] of [...context.records.entries()]) {
      const settled = other.id === request.containerId ? other : await settle(context, other);
      if (settled !== undefined && isAlive(settled.state)) living.add(settled.id);
    }
    await networking.reconcile(living);
    return networking.allocate(request);
  }
}

async function joinContainer(
  context: ContainerContext,
  record: ContainerRecord,
  idOrName: string,
): Promise<NetworkPlan> {
  const pid = await livingProcess(context, idOrName, 'network');
  return {
    ...nothing,
    network: { join: `/proc/${pid}/ns/net` },
    mode: 'joined',
    filesOf: containerDir(context, networkOwner(context, record).id),
  };
}
