import { GantryError } from '../../base/gantry-error.ts';
import type { NetworkAttachment } from '../../engine/containers.ts';
import type { CallOptions } from '../../engine/operation.ts';
import { networkRecords } from '../network/network-record.ts';
import type { Endpoint } from '../network/networking.ts';
import { changeRecord } from './change-record.ts';
import { checkAddresses } from './check-spec.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { watchExit } from './exit-command.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { allocate } from './plan-network.ts';
import { writeRecordCopy } from './record-copy.ts';
import { refreshNames } from './refresh-names.ts';
import { settleLocked } from './settle.ts';
import { networkName } from './summarize.ts';

/** The port's `networks.connect`. `network` is the name of one that is there. */
export async function connectNetwork(
  context: ContainerContext,
  network: string,
  idOrName: string,
  { signal, ...wanted }: CallOptions & Omit<NetworkAttachment, 'network'> = {},
): Promise<void> {
  checkAddresses(wanted);
  const { id } = findContainer(context, idOrName);
  using _lock = await lockContainer(context, id, signal);
  const record = await settleLocked(context, id);
  if (record === undefined) throw noSuchContainer(idOrName);
  const mode = networkName(record);
  if (mode === 'host' || mode.startsWith('container:')) {
    throw conflict(
      'network-mode',
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  }
  if (mode === 'none' || network === 'none' || network === 'host') {
    throw conflict(
      'network-mode',
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
  }
  if (record.attachments.some((attachment) => attachment.network === network)) {
    throw conflict(
      'already-connected',
      `endpoint with name ${record.name} already exists in network ${network}`,
    );
  }
  const attachment = { ...wanted, network };
  const attachments = [...record.attachments, attachment];
  const pid = livingPid(record);
  if (pid === undefined) {
    store(context, record, { attachments }, 'network.connected', network);
    return;
  }
  const networking = await context.networking();
  const deviceNumber = freeNumber(record.endpoints);
  const request = { ...attachment, containerId: id, ports: [], deviceNumber };
  const endpoint = await allocate(context, networking, request);
  try {
    await networking.connect(endpoint, `/proc/${pid}/ns/net`);
    const reached = await networking.adoptPorts(endpoint, record.idlePorts ?? []);
    const change = { attachments, endpoints: [...record.endpoints, reached], idlePorts: undefined };
    const changed = store(context, record, change, 'network.connected', network);
    watchExit(context, record, changed);
  } catch (error) {
    await networking.release(endpoint);
    throw error;
  }
  networking.letGo(endpoint);
  await refreshNames(context, [endpoint]);
}

/** The port's `networks.disconnect`. */
export async function disconnectNetwork(
  context: ContainerContext,
  network: string,
  idOrName: string,
  { force = false, signal }: CallOptions & { readonly force?: boolean } = {},
): Promise<void> {
  const { id } = findContainer(context, idOrName);
  using _lock = await lockContainer(context, id, signal);
  const record = await settleLocked(context, id);
  if (record === undefined) throw noSuchContainer(idOrName);
  const attachments = record.attachments.filter((attachment) => attachment.network !== network);
  if (attachments.length === record.attachments.length) {
    if (force) return;
    throw conflict('not-connected', `container ${id} is not connected to network ${network}`);
  }
  const endpoint = record.endpoints.find(({ name }) => name === network);
  const pid = livingPid(record);
  let endpoints = record.endpoints.filter((other) => other !== endpoint);
  const idlePorts = endpoints.length > 0 ? undefined : (endpoint?.ports ?? record.idlePorts);
  if (endpoint !== undefined && pid !== undefined) {
    const [heir, ...others] = endpoints;
    const left = await (await context.networking()).disconnect(endpoint, `/proc/${pid}/ns/net`, heir);
    endpoints = left === undefined ? others : [left, ...others];
  }
  store(context, record, { attachments, endpoints, idlePorts }, 'network.disconnected', network);
  if (endpoint !== undefined) await refreshNames(context, [endpoint]);
}

function store(
  context: ContainerContext,
  record: ContainerRecord,
  change: Partial<Pick<ContainerRecord, 'attachments' | 'endpoints' | 'idlePorts'>>,
  type: 'network.connected' | 'network.disconnected',
  network: string,
): ContainerRecord {
  const networkId = networkRecords(context.metadata).networks.get(network)?.id ?? '';
  const changed = changeRecord(
    context,
    record.id,
    () => change,
    () => ({ type, id: networkId, name: network, container: record.id }),
  );
  writeRecordCopy(containerDir(context, record.id), changed);
  return changed;
}

function livingPid(record: ContainerRecord): number | undefined {
  return isAlive(record.state) ? record.run?.process?.pid : undefined;
}

/** Of a device inside; what stands before the number is its network's affair. */
function freeNumber(endpoints: readonly Endpoint[]): number {
  const taken = new Set(endpoints.map(({ device }) => Number(/\d+$/.exec(device)?.[0])));
  for (let number = 0; ; number += 1) if (!taken.has(number)) return number;
}

function conflict(code: string, message: string): GantryError {
  return new GantryError({ kind: 'conflict', code, message });
}
