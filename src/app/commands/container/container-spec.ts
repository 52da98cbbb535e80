import { isAbsolute, resolve } from 'node:path';
import type { ContainerSpec, Resources } from '../../../engine/containers.ts';
import type { CommandContext } from '../command-context.ts';
import type { OptionSpec, OptionValue } from '../option-spec.ts';
import type { createOptions } from './create-options.ts';
import { checkVolumesFrom } from './spec/mount-mode.ts';
import { parseHealth } from './spec/parse-health.ts';
import { parseHost } from './spec/parse-host.ts';
import { parseLabels } from './spec/parse-labels.ts';
import { parseMount } from './spec/parse-mount.ts';
import { parseNetworks } from './spec/parse-network.ts';
import { parsePairs } from './spec/parse-pairs.ts';
import { parseExpose, parsePort } from './spec/parse-port.ts';
import { parseDeviceRates, parseDeviceWeights, parseResources } from './spec/parse-resources.ts';
import { parseRestart } from './spec/parse-restart.ts';
import { parseTmpfs } from './spec/parse-tmpfs.ts';
import { parseUlimit } from './spec/parse-ulimit.ts';
import { parseVolume } from './spec/parse-volume.ts';
import { readEnvironment, readLabelFiles } from './spec/read-environment.ts';
import { specError } from './spec/spec-error.ts';

type Values<S extends Readonly<Record<string, OptionSpec>>> = { readonly [K in keyof S]: OptionValue<S[K]> };
/** What was given of {@link createOptions}. */
export type CreateValues = Values<typeof createOptions>;

/**
 * What `run` and `create` ask the engine for. Everything that can be wrong with the words shows here, before
 * anything is made. Rejects `invalid` with Docker's words.
 */
export async function containerSpec(
  ctx: Pick<CommandContext, 'cwd' | 'env'>,
  image: string,
  command: readonly string[],
  options: CreateValues,
): Promise<ContainerSpec> {
  const restart = parseRestart(options.restart);
  if (options.rm && restart.name !== 'no') {
    throw specError('conflicting-options', 'conflicting options: cannot specify both --restart and --rm');
  }
  only('userns', options.userns, ['host']);
  only('volume-driver', options.volumeDriver, ['local']);
  const { first, more } = parseNetworks(options.network);
  const [env, labelLines] = await Promise.all([
    readEnvironment(options.envFile, options.env, ctx),
    readLabelFiles(options.labelFile, ctx.cwd),
  ]);
  return {
    image,
    name: options.name,
    command: command.length > 0 ? command : undefined,
    entrypoint:
      options.entrypoint === undefined ? undefined : options.entrypoint === '' ? [] : [options.entrypoint],
    env,
    user: options.user,
    groupAdd: options.groupAdd,
    workingDir: options.workdir,
    hostname: options.hostname,
    labels: parseLabels([...labelLines, ...options.label]),
    tty: options.tty,
    openStdin: options.interactive,
    autoRemove: options.rm,
    restart,
    stopSignal: options.stopSignal,
    stopTimeout: options.stopTimeout,
    network: first?.network,
    networkAliases: [...(first?.aliases ?? []), ...options.networkAlias],
    address: options.ip ?? first?.address,
    ipv6Address: options.ip6 ?? first?.ipv6Address,
    macAddress: options.macAddress ?? first?.macAddress,
    moreNetworks: more,
    links: options.link,
    ports: options.publish.flatMap(parsePort),
    publishAll: options.publishAll,
    exposedPorts: options.expose.flatMap(parseExpose),
    extraHosts: options.addHost.map(parseHost),
    dns: options.dns,
    dnsSearch: options.dnsSearch,
    dnsOptions: options.dnsOption,
    domainname: options.domainname,
    pid: options.pid || undefined,
    ipc: options.ipc || undefined,
    uts: only('uts', options.uts, ['host']),
    cgroupns: only('cgroupns', options.cgroupns, ['host', 'private']),
    oomScoreAdj: options.oomScoreAdj,
    annotations: parsePairs(options.annotation),
    volumesFrom: options.volumesFrom.map(checkVolumesFrom),
    deviceCgroupRules: options.deviceCgroupRule,
    mounts: [
      ...options.volume.map((volume) => parseVolume(volume, ctx.cwd)),
      ...options.mount.map((mount) => parseMount(mount, ctx.cwd)),
      ...options.tmpfs.map(parseTmpfs),
    ],
    resources: resources(options),
    capAdd: options.capAdd,
    capDrop: options.capDrop,
    securityOpt: options.securityOpt.map((option) => absoluteProfile(option, ctx.cwd)),
    privileged: options.privileged,
    readOnlyRootfs: options.readOnly,
    init: options.init,
    devices: options.device,
    sysctls: parsePairs(options.sysctl),
    healthcheck: parseHealth(options),
    runtime: options.runtime,
    logDriver: options.logDriver,
    logOptions: parsePairs(options.logOpt),
    platform: options.platform,
  };
}

function resources(options: CreateValues): Resources {
  if (options.shmSize !== undefined && options.shmSize < 0) {
    throw specError('bad-size', `--shm-size cannot be negative: ${options.shmSize}`);
  }
  return {
    ...parseResources(options),
    blkioWeightDevices: parseDeviceWeights(options.blkioWeightDevice),
    deviceRates: [
      ...parseDeviceRates('read-bps', options.deviceReadBps),
      ...parseDeviceRates('write-bps', options.deviceWriteBps),
      ...parseDeviceRates('read-iops', options.deviceReadIops),
      ...parseDeviceRates('write-iops', options.deviceWriteIops),
    ],
    memorySwappiness: options.memorySwappiness,
    oomKillDisable: options.oomKillDisable || undefined,
    ulimits: options.ulimit.map(parseUlimit),
    // As in Docker, 0 asks for the default.
    shmSizeBytes: options.shmSize || undefined,
  };
}

/** Values of which only one is had here. Throws `unsupported`. */
function only<const T extends string>(
  name: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined || value === '') return undefined;
  const found = known.find((word) => word === value);
  if (found !== undefined) return found;
  throw specError('bad-mode', `--${name}: invalid value: ${value}`, `Here: ${known.join(' or ')}.`);
}

/** A seccomp profile is a file of the caller: relative to where they are. */
function absoluteProfile(option: string, cwd: string): string {
  const file = /^seccomp[=:](.+)$/.exec(option)?.[1];
  if (file === undefined || file === 'unconfined' || file === 'builtin' || isAbsolute(file)) return option;
  return `seccomp=${resolve(cwd, file)}`;
}
