import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import { addressBytes } from '../../base/ip-address.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { PortBinding } from '../../engine/containers.ts';
import { bindPort, type PortSocket } from '../host/netlink/port-socket.ts';
import { readSysctl } from '../host/sysctl.ts';
import { isErrno } from '../host/system-error.ts';
import type { AddressRecord, NetworkRecords, PortRecord, PublishedPort } from './network-record.ts';

/** Ports bound on the host for one container. Disposing lets them go, unless somebody else (the monitor) has them too. */
export interface BoundPorts extends Disposable {
  /** As asked for, with a port of the host in each. */
  readonly bindings: readonly PortBinding[];
  readonly descriptors: readonly number[];
}

/**
 * Binds every port, so that processes outside cannot have them. All or none. Neighbours that differ in their address
 * alone get the same port where the host is to choose. Throws `conflict` / `port-in-use` in Docker's words.
 */
export function bindPorts(wanted: readonly PortBinding[]): BoundPorts {
  const sockets: PortSocket[] = [];
  const dispose = (): void => {
    for (const socket of sockets.splice(0)) closeSync(socket.fd);
  };
  try {
    const bindings: PortBinding[] = [];
    for (const group of twinsTogether(wanted)) {
      const bound = bindGroup(group);
      sockets.push(...bound);
      for (const [index, { hostPortEnd: _, ...binding }] of group.entries()) {
        bindings.push({ ...binding, hostPort: bound[index]?.port ?? 0 });
      }
    }
    return { bindings, descriptors: sockets.map((socket) => socket.fd), [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** Twins get one port: the one asked for, the first free of a range, or one that the host chooses. */
function bindGroup(group: readonly PortBinding[]): readonly PortSocket[] {
  const [{ hostPort: first = 0, hostPortEnd = first } = {}] = group;
  for (let hostPort = first; ; hostPort += 1) {
    const sockets: PortSocket[] = [];
    try {
      for (const binding of group) {
        sockets.push(bindOne({ ...binding, hostPort: sockets[0]?.port ?? hostPort }));
      }
      return sockets;
    } catch (error) {
      for (const socket of sockets) closeSync(socket.fd);
      if (!isErrorCode(error, 'port-in-use') || hostPort >= hostPortEnd) throw error;
    }
  }
}

function twinsTogether(wanted: readonly PortBinding[]): readonly (readonly PortBinding[])[] {
  const groups: PortBinding[][] = [];
  for (const binding of wanted) {
    const before = groups.at(-1);
    if (before?.length === 1 && before[0] !== undefined && areTwins(before[0], binding)) before.push(binding);
    else groups.push([binding]);
  }
  return groups;
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
  ports: readonly PublishedPort[],
  { containerId, hostInterface, owner }: AddressRecord,
): void {
  for (const { protocol, hostAddress, hostPort, address, containerPort } of ports) {
    const port = { protocol, hostAddress, hostPort, address, containerPort };
    if (overlapping(records, port) !== undefined) throw portInUse(hostAddress, hostPort);
    records.ports.put(`${portPrefix(port)}${hostAddress}`, { containerId, hostInterface, owner, ...port });
  }
}

/** Gives ports back and tells which were still that use's own. */
export function returnPorts(
  records: NetworkRecords,
  bindings: readonly PortBinding[],
  hostInterface: string,
): readonly PortRecord[] {
  return bindings.flatMap((binding) => {
    const key = `${portPrefix(binding)}${binding.hostAddress}`;
    const record = records.ports.get(key);
    if (record?.hostInterface !== hostInterface) return [];
    records.ports.delete(key);
    return [record];
  });
}

/** Who has the port on an address that meets this one. */
function overlapping(records: NetworkRecords, binding: PortBinding): PortRecord | undefined {
  const { hostAddress } = binding;
  const any = hostAddress.includes(':') ? '::' : '0.0.0.0';
  return [...records.ports.entries(portPrefix(binding))]
    .map(([, taken]) => taken)
    .find(
      (taken) =>
        taken.hostAddress === hostAddress ||
        taken.hostAddress === any ||
        (hostAddress === any && taken.hostAddress.includes(':') === hostAddress.includes(':')),
    );
}

/** One port that was asked for once, on the addresses of two families. */
function areTwins(a: PortBinding, b: PortBinding): boolean {
  return (
    a.hostAddress === '0.0.0.0' &&
    b.hostAddress === '::' &&
    a.protocol === b.protocol &&
    a.containerPort === b.containerPort &&
    a.hostPort === b.hostPort
  );
}

function bindOne({ protocol, hostAddress, hostPort }: PortBinding): PortSocket {
  try {
    return bindPort(protocol, addressBytes(hostAddress), hostPort);
  } catch (error) {
    if (isErrno(error, 'EADDRINUSE')) throw portInUse(hostAddress, hostPort, error);
    if (isErrno(error, 'EACCES', 'EPERM')) throw privilegedPort(protocol, hostAddress, hostPort, error);
    if (!isErrno(error, 'EADDRNOTAVAIL')) throw error;
    throw new GantryError({
      kind: 'invalid',
      code: 'port-address',
      message: `listen ${protocol}${hostAddress.includes(':') ? 6 : 4} ${place(hostAddress, hostPort)}: bind: cannot assign requested address`,
      hint: `${hostAddress} is not an address of this host.`,
      cause: error,
    });
  }
}

function privilegedPort(protocol: string, hostAddress: string, port: number, cause: unknown): GantryError {
  return new GantryError({
    kind: 'denied',
    code: 'port-privileged',
    message: `listen ${protocol}${hostAddress.includes(':') ? 6 : 4} ${place(hostAddress, port)}: bind: permission denied`,
    hint: `Publish a port from ${readSysctl('net/ipv4/ip_unprivileged_port_start') ?? 1024} on, or as root: sysctl -w net.ipv4.ip_unprivileged_port_start=${port}`,
    details: { hostAddress, port },
    cause,
  });
}

function portPrefix(binding: PortBinding): string {
  return `${binding.protocol}/${String(binding.hostPort).padStart(5, '0')}/`;
}

function portInUse(hostAddress: string, port: number, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'port-in-use',
    message: `Bind for ${place(hostAddress, port)} failed: port is already allocated`,
    hint: 'Stop what uses the port, or publish another one.',
    details: { hostAddress, port },
    cause,
  });
}

function place(hostAddress: string, port: number): string {
  return `${hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress}:${port}`;
}
