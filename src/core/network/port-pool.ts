import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { PortBinding } from '../../engine/containers.ts';
import { bindPort, type PortSocket } from '../host/netlink/port-socket.ts';
import { isErrno } from '../host/system-error.ts';
import { parseIpv4 } from './ipv4.ts';
import type { NetworkRecords, PortRecord } from './network-record.ts';

/** Ports bound on the host for one container. Disposing lets them go, unless somebody else (the monitor) has them too. */
export interface BoundPorts extends Disposable {
  /** As asked for, with a port of the host in each. */
  readonly bindings: readonly PortBinding[];
  readonly descriptors: readonly number[];
}

const anyAddress = '0.0.0.0';

/**
 * Binds every port, so that processes outside cannot have them. All or none. Throws `conflict` / `port-in-use` in
 * Docker's words.
 */
export function bindPorts(wanted: readonly PortBinding[]): BoundPorts {
  const sockets: PortSocket[] = [];
  const dispose = (): void => {
    for (const socket of sockets.splice(0)) closeSync(socket.fd);
  };
  try {
    const bindings = wanted.map((binding) => {
      const socket = bindOne(binding);
      sockets.push(socket);
      return { ...binding, hostAddress: addressOf(binding), hostPort: socket.port };
    });
    return { bindings, descriptors: sockets.map((socket) => socket.fd), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/**
 * As {@link bindPorts}, but when a port is taken that no record knows, it tries again for a moment: the monitor of a
 * container that has just ended tells of the end before it lets go of its sockets.
 */
export async function bindPortsPatiently(
  records: NetworkRecords,
  wanted: readonly PortBinding[],
): Promise<BoundPorts> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return bindPorts(wanted);
    } catch (error) {
      const isOurs = wanted.some((binding) => overlapping(records, binding) !== undefined);
      if (!isErrorCode(error, 'port-in-use') || isOurs || waitedMs >= patienceMs) throw error;
    }
    await sleep(pauseMs);
  }
}

const pauseMs = 10;
const patienceMs = 500;

/** Records ports; inside the transaction that takes the address. Throws `conflict` / `port-in-use`. */
export function takePorts(
  records: NetworkRecords,
  bindings: readonly PortBinding[],
  use: Pick<PortRecord, 'containerId' | 'hostInterface' | 'owner' | 'address'>,
): void {
  for (const binding of bindings) {
    const hostAddress = addressOf(binding);
    if (overlapping(records, binding) !== undefined) throw portInUse(hostAddress, binding.hostPort);
    records.ports.put(`${portPrefix(binding)}${hostAddress}`, {
      ...use,
      protocol: binding.protocol,
      hostAddress,
      hostPort: binding.hostPort,
      containerPort: binding.containerPort,
    });
  }
}

/** Gives ports back and tells which were still that use's own. */
export function returnPorts(
  records: NetworkRecords,
  bindings: readonly PortBinding[],
  hostInterface: string,
): readonly PortRecord[] {
  return bindings.flatMap((binding) => {
    const key = `${portPrefix(binding)}${addressOf(binding)}`;
    const record = records.ports.get(key);
    if (record?.hostInterface !== hostInterface) return [];
    records.ports.delete(key);
    return [record];
  });
}

/** Who has the port on an address that meets this one. */
function overlapping(records: NetworkRecords, binding: PortBinding): PortRecord | undefined {
  const hostAddress = addressOf(binding);
  return [...records.ports.entries(portPrefix(binding))]
    .map(([, taken]) => taken)
    .find(
      (taken) => [taken.hostAddress, hostAddress].includes(anyAddress) || taken.hostAddress === hostAddress,
    );
}

function bindOne(binding: PortBinding): PortSocket {
  const hostAddress = addressOf(binding);
  const address = parseIpv4(hostAddress);
  if (address === undefined) {
    throw new GantryError({
      kind: 'unsupported',
      code: 'port-address',
      message: `cannot publish a port on ${hostAddress}: only IPv4 addresses of this host`,
    });
  }
  try {
    return bindPort(binding.protocol, address, binding.hostPort);
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) throw portInUse(hostAddress, binding.hostPort, error);
    if (!isErrno(error, 'EADDRNOTAVAIL')) throw error;
    throw new GantryError({
      kind: 'invalid',
      code: 'port-address',
      message: `listen ${binding.protocol}4 ${hostAddress}:${binding.hostPort}: bind: cannot assign requested address`,
      hint: `${hostAddress} is not an address of this host.`,
      cause: error,
    });
  }
}

function addressOf(binding: PortBinding): string {
  return binding.hostAddress === '' ? anyAddress : binding.hostAddress;
}

function portPrefix(binding: PortBinding): string {
  return `${binding.protocol}/${String(binding.hostPort).padStart(5, '0')}/`;
}

function portInUse(hostAddress: string, port: number, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'port-in-use',
    message: `Bind for ${hostAddress}:${port} failed: port is already allocated`,
    hint: 'Stop what uses the port, or publish another one.',
    details: { hostAddress, port },
    cause,
  });
}
