import type {
  ContainerDetails,
  ContainerNetwork,
  ContainerPaths,
  MountDetails,
} from '../../engine/containers.ts';
import { networkRecords } from '../network/network-record.ts';
import { hostFacts } from '../runtime/host-facts.ts';
import { ociKind } from '../runtime/oci-kind.ts';
import { parseSecurityOptions } from '../runtime/spec/security-options.ts';
import { maskedPathsFor, readonlyPaths } from '../runtime/spec/system-paths.ts';
import { dataDirOf } from '../volumes/volume-folder.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { healthReport } from './health-log.ts';
import { hostnameOf } from './hostname-of.ts';
import { identityPaths } from './identity-files.ts';
import { sizeOf } from './list-containers.ts';
import { logPath, logSettings } from './log-files.ts';
import { monitorLostNote } from './lost-status.ts';
import { mendRules } from './mend-rules.ts';
import { settle } from './settle.ts';
import { summarize } from './summarize.ts';

/** Everything known of one. Throws `not-found`. */
export async function inspectContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly size?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<ContainerDetails> {
  const record = await settle(context, findContainer(context, idOrName), options.signal);
  if (record === undefined) throw noSuchContainer(idOrName);
  await mendRules(context, [record]);
  const summary = summarize(record, record.image, undefined);
  const dir = containerDir(context, record.id);
  const [path = '', ...args] = record.process.args;
  return {
    ...summary,
    size: options.size === true ? await sizeOf(context, await context.images(), summary) : undefined,
    spec: record.spec,
    hostname: hostnameOf(context, record),
    path,
    args,
    entrypointCount: record.process.entrypointCount,
    exposedPorts: record.exposedPorts,
    stopSignal: record.stopSignal,
    healthcheck: record.healthcheck,
    healthReport: healthReport(record, dir),
    env: record.process.env,
    user: record.process.user,
    workingDir: record.process.cwd,
    error: summary.monitorLost === true ? monitorLostNote : record.error,
    oomKilled: record.oomKilled,
    restartCount: record.restarts.count,
    logPath: logSettings(record.spec) === undefined ? undefined : logPath(dir),
    networkDetails: networkDetails(context, record),
    mountDetails: mountDetails(context, record),
    anonymousVolumes: anonymousVolumes(record),
    paths: await paths(context, record),
    runtime: ociKind(record.spec) ?? (await runtimeName(context)),
    ...hiddenPaths(record.spec),
    platform: record.platform,
  };
}

/** The networks it is on, or will be when it starts: without addresses then. */
function networkDetails(
  context: ContainerContext,
  { attachments, endpoints }: ContainerRecord,
): readonly ContainerNetwork[] {
  const { networks } = networkRecords(context.metadata);
  return attachments.map(({ network, aliases = [], address: wantedV4, ipv6Address }) => {
    const wanted =
      (wantedV4 ?? ipv6Address) === undefined ? {} : { wanted: { address: wantedV4, ipv6Address } };
    const endpoint = endpoints.find(({ name }) => name === network);
    if (endpoint === undefined) {
      return { ...nowhere, name: network, networkId: networks.get(network)?.id ?? '', aliases, ...wanted };
    }
    const { name, networkId, address, prefixLength, gateway, ipv6, internal, macAddress } = endpoint;
    return {
      name,
      networkId,
      address,
      prefixLength,
      gateway: internal ? '' : gateway,
      ...(ipv6 !== undefined && { ipv6: { ...ipv6, ...(internal && { gateway: '' }) } }),
      macAddress,
      aliases: endpoint.aliases,
      ...wanted,
    };
  });
}

const nowhere = { address: '', prefixLength: 0, gateway: '', macAddress: '' };

function mountDetails({ dirs }: ContainerContext, { mounts }: ContainerRecord): readonly MountDetails[] {
  return mounts.map((mount) =>
    mount.type === 'volume' && mount.name !== undefined
      ? { ...mount, folder: dataDirOf(dirs.volumes, mount.name) }
      : mount,
  );
}

function anonymousVolumes({ mounts, anonymousVolumes: names }: ContainerRecord): readonly string[] {
  return mounts.flatMap((mount) =>
    mount.type === 'volume' && mount.name !== undefined && names.includes(mount.name) ? [mount.target] : [],
  );
}

async function runtimeName(context: ContainerContext): Promise<string> {
  try {
    return (await context.runtime()).kind();
  } catch {
    return '';
  }
}

/** As its specification has them. */
function hiddenPaths({
  privileged,
  securityOpt,
}: ContainerRecord['spec']): Pick<ContainerDetails, 'maskedPaths' | 'readonlyPaths'> {
  if (privileged === true || parseSecurityOptions(securityOpt).systemPathsUnconfined) {
    return { maskedPaths: [], readonlyPaths: [] };
  }
  return { maskedPaths: maskedPathsFor(hostFacts().cpuIndexes), readonlyPaths };
}

async function paths(context: ContainerContext, { id }: ContainerRecord): Promise<ContainerPaths> {
  const snapshots = await context.snapshots();
  const key = snapshotKey(id);
  const plan = snapshots.has(key) ? snapshots.mountPlan(key) : undefined;
  return {
    ...identityPaths(containerDir(context, id)),
    lower: plan?.lower ?? [],
    upper: plan?.upper ?? plan?.folder,
    work: plan?.work,
  };
}
