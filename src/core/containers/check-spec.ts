import { GantryError } from '../../base/gantry-error.ts';
import { parseAddress } from '../../base/ip-address.ts';
import type { ContainerSpec, NetworkAttachment } from '../../engine/containers.ts';
import { parseExtraHost } from '../network/identity-texts.ts';
import { hostFacts } from '../runtime/host-facts.ts';
import { ociKind } from '../runtime/oci-kind.ts';
import { grantedCapabilities } from '../runtime/spec/capabilities.ts';
import { checkResources } from '../runtime/spec/resources.ts';
import { parseSecurityOptions } from '../runtime/spec/security-options.ts';
import { logSettings, logWarnings } from './log-files.ts';
import { parseSignal } from './parse-signal.ts';

/**
 * Refuses what Docker refuses when a container is created, so that no container is left that can never start. Returns
 * warnings. Throws `invalid`, `conflict`, `unsupported`.
 */
export function checkSpec(spec: ContainerSpec): readonly string[] {
  if (spec.autoRemove === true && (spec.restart?.name ?? 'no') !== 'no') {
    throw invalid('rm-and-restart', "can't create 'AutoRemove' container with restart policy");
  }
  if (spec.restart?.maximumRetries && spec.restart.name !== 'on-failure') {
    throw invalid(
      'bad-restart-policy',
      "invalid restart policy: maximum retry count can only be used with 'on-failure'",
    );
  }
  if (spec.stopSignal) parseSignal(spec.stopSignal);
  if (spec.hostname !== undefined && !isHostname(spec.hostname)) {
    throw invalid('bad-hostname', `invalid hostname format: ${spec.hostname.slice(0, 80)}`);
  }
  const joins = spec.network?.startsWith('container:') === true;
  if (joins && spec.hostname !== undefined) {
    throw invalid('network-mode', 'conflicting options: hostname and the network mode');
  }
  checkNamespaces(spec);
  checkNetworks(spec);
  if (joins && (spec.ports?.length || spec.publishAll)) {
    throw invalid('network-mode', 'conflicting options: port publishing and the container type network mode');
  }
  for (const entry of spec.extraHosts ?? []) {
    const { name, address } = parseExtraHost(entry);
    if (name === '' || !/^(?:host-gateway|[0-9a-fA-F:.]+)$/.test(address)) {
      throw invalid('bad-host', `bad format for add-host: ${JSON.stringify(entry.slice(0, 200))}`);
    }
  }
  const noAddress = spec.dns?.find((text) => parseAddress(text.replace(/%.*/s, '')) === undefined);
  if (noAddress !== undefined) {
    throw invalid('bad-dns', `--dns: ${noAddress.slice(0, 80)} is not an ip address`);
  }
  checkLines('dns', [...(spec.dns ?? []), ...(spec.dnsSearch ?? []), ...(spec.dnsOptions ?? [])]);
  logSettings(spec);
  ociKind(spec);
  parseSecurityOptions(spec.securityOpt);
  const host = hostFacts();
  grantedCapabilities(spec, host.boundingCaps);
  checkResources(spec.resources ?? {}, host);
  if (spec.pid === 'host' && host.inUserNamespace) {
    throw new GantryError({
      kind: 'unsupported',
      code: 'pid-mode',
      message: '--pid=host needs root: a normal user may not show a container the processes of the machine',
      hint: 'run gantry as root, or look from outside: gantry top',
    });
  }
  const published = (spec.ports?.length ?? 0) > 0 || spec.publishAll === true;
  return [
    ...logWarnings(spec),
    ...(host.cgroups === 'none' && asksForLimits(spec.resources)
      ? ['No control groups are available here. Limits discarded.']
      : []),
    ...(published && spec.network === 'host'
      ? ['Published ports are discarded when using host network mode']
      : []),
  ];
}

/** Sizes of shared memory and ulimits need no control group. */
function asksForLimits(resources: ContainerSpec['resources'] = {}): boolean {
  const { shmSizeBytes: _, ulimits: __, ...limits } = resources;
  return Object.values(limits).some((limit) => (Array.isArray(limit) ? limit.length > 0 : Boolean(limit)));
}

function checkNamespaces({ pid, ipc, uts, hostname, oomScoreAdj, domainname }: ContainerSpec): void {
  if (pid !== undefined && pid !== 'host' && !pid.startsWith('container:')) {
    throw invalid('pid-mode', `--pid: invalid PID mode: ${pid.slice(0, 80)}`);
  }
  const ipcModes = ['host', 'none', 'private', 'shareable'];
  if (ipc !== undefined && !ipcModes.includes(ipc) && !ipc.startsWith('container:')) {
    throw invalid('ipc-mode', `--ipc: invalid IPC mode: ${ipc.slice(0, 80)}`);
  }
  if (uts === 'host' && hostname) {
    throw invalid('uts-mode', 'conflicting options: hostname and the UTS mode');
  }
  if (oomScoreAdj !== undefined && !(oomScoreAdj >= -1000 && oomScoreAdj <= 1000)) {
    throw invalid('oom-score', `Invalid value ${oomScoreAdj}, range for oom score adj is [-1000, 1000]`);
  }
  if (domainname && !isHostname(domainname)) {
    throw invalid('bad-hostname', `invalid domainname format: ${domainname.slice(0, 80)}`);
  }
}

/** Docker's rules of what only a network that somebody made has. */
function checkNetworks({
  network = 'bridge',
  address,
  ipv6Address,
  networkAliases,
  macAddress,
  moreNetworks,
}: ContainerSpec): void {
  const isOwn = !['bridge', 'default', 'host', 'none'].includes(network) && !network.startsWith('container:');
  if (networkAliases?.length && !isOwn) {
    throw invalid(
      'network-mode',
      'network-scoped alias is supported only for containers in user defined networks',
    );
  }
  if ((address ?? ipv6Address) !== undefined && !isOwn) {
    throw invalid('network-mode', 'user specified IP address is supported on user defined networks only');
  }
  checkAddresses({ address, ipv6Address });
  for (const attachment of moreNetworks ?? []) checkAddresses(attachment);
  if (macAddress !== undefined && !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(macAddress)) {
    throw invalid('bad-mac', `${macAddress.slice(0, 40)} is not a valid mac address`);
  }
  const isShared = network === 'host' || network === 'none' || network.startsWith('container:');
  if (isShared && (moreNetworks?.length ?? 0) > 0) {
    throw invalid(
      'network-mode',
      `conflicting options: cannot attach both network ${network} and others to a container`,
    );
  }
}

/** Throws `invalid` / `bad-address` for what is none of its family. */
export function checkAddresses({
  address,
  ipv6Address,
}: Pick<NetworkAttachment, 'address' | 'ipv6Address'>): void {
  if (address !== undefined && parseAddress(address)?.family !== 4) {
    throw invalid('bad-address', `invalid IPv4 address: ${address.slice(0, 60)}`);
  }
  if (ipv6Address !== undefined && parseAddress(ipv6Address)?.family !== 6) {
    throw invalid('bad-address', `invalid IPv6 address: ${ipv6Address.slice(0, 60)}`);
  }
}

/** What goes into the lines of a file must not bring lines of its own. */
function checkLines(option: string, values: readonly string[]): void {
  const bad = values.find((value) => !/^[\w.:%-]+$/.test(value));
  if (bad !== undefined) {
    throw invalid('bad-dns', `${JSON.stringify(bad.slice(0, 80))} is not a valid value for --${option}`);
  }
}

function isHostname(text: string): boolean {
  return text.length <= 253 && /^(?:[\w]|[\w][\w.-]*[\w])?$/.test(text);
}

function invalid(code: string, message: string): GantryError {
  return new GantryError({ kind: 'invalid', code, message });
}
