import { mkdirSync, rmSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerSpec, Mount } from '../../engine/containers.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { platformMatches } from '../../oci/platform-match.ts';
import { formatPlatform, parsePlatform } from '../../oci/platform-parse.ts';
import { hostPlatform } from '../host/host-platform.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Image } from '../images/image-store.ts';
import { platformMismatch } from '../images/platform-mismatch.ts';
import { processConfig } from '../runtime/spec/process-config.ts';
import type { VolumeStore } from '../volumes/volume-store.ts';
import { attachmentsOf } from './attachments.ts';
import { eventOf } from './change-record.ts';
import { checkSpec } from './check-spec.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { generateName } from './generate-name.ts';
import { canonicalMode } from './join-namespaces.ts';
import { mergeMounts } from './merge-mounts.ts';
import { writeRecordCopy } from './record-copy.ts';
import { checkContainerName, requireFreeName } from './rename-container.ts';
import { ensureSource } from './resolve-mounts.ts';

/**
 * Records a container and prepares its read-write layer and volumes. Nothing is left when it fails. Throws
 * `not-found` for the image, `conflict` for the name, `invalid` for values Docker refuses.
 */
export async function createContainer(
  context: ContainerContext,
  spec: ContainerSpec,
): Promise<{ readonly id: string; readonly warnings: readonly string[] }> {
  if (spec.name !== undefined) {
    checkContainerName(spec.name);
    requireFreeName(context, spec.name);
  }
  const image = (await context.images()).resolve(spec.image);
  const warnings = [...checkSpec(spec), ...platformWarnings(spec, image)];
  const { record, anonymous } = newRecord(context, spec, image);

  const snapshots = await context.snapshots();
  const volumes = record.mounts.some((mount) => mount.type === 'volume')
    ? await context.volumes()
    : undefined;
  const key = snapshotKey(record.id);
  using lease = context.metadata.leases.acquire(`create container ${record.id.slice(0, 12)}`);
  lease.protect({ kind: 'snapshot', key });
  try {
    for (const mount of record.mounts) if (mount.type === 'bind') ensureSource(mount);
    const plan = await snapshots.prepare(key, image.topChainId);
    mkdirSync(containerDir(context, record.id), { recursive: true, mode: 0o700 });
    for (const mount of record.mounts) {
      if (mount.type !== 'volume' || mount.name === undefined) continue;
      await volumes?.ensure(mount.name, {
        anonymous: anonymous.includes(mount.name),
        labels: mount.labels,
      });
      if (!mount.noCopy && mount.subpath === undefined)
        await volumes?.populate(mount.name, plan, mount.target);
    }
    store(context, record, volumes);
  } catch (error) {
    rmSync(containerDir(context, record.id), { recursive: true, force: true });
    if (snapshots.has(key)) await snapshots.remove(key);
    for (const name of anonymous) await volumes?.removeIfUnused(name);
    throw error;
  }
  writeRecordCopy(containerDir(context, record.id), record);
  return { id: record.id, warnings };
}

function newRecord(
  context: ContainerContext,
  spec: ContainerSpec,
  image: Image,
): { readonly record: ContainerRecord; readonly anonymous: readonly string[] } {
  const id = randomHex(32);
  const config = image.config.config;
  for (const link of spec.links ?? []) findContainer(context, link.split(':', 1)[0] ?? '');
  const { mounts, anonymous } = mergeMounts(withOthers(context, spec), Object.keys(config?.Volumes ?? {}));
  const record: ContainerRecord = {
    id,
    name: spec.name ?? generateName(id, (name) => context.names.has(name)),
    createdAt: new Date().toISOString(),
    image: spec.image,
    imageId: image.id,
    platform: formatPlatform(platformOf(image.config)),
    spec: withCanonicalModes(context, spec),
    process: processConfig(spec, config),
    hostname: ownHostname(spec, id),
    stopSignal: spec.stopSignal || config?.StopSignal || 'SIGTERM',
    healthcheck: spec.healthcheck ?? config?.Healthcheck,
    exposedPorts: exposedPorts(spec, Object.keys(config?.ExposedPorts ?? {})),
    labels: { ...config?.Labels, ...spec.labels },
    mounts,
    anonymousVolumes: anonymous,
    state: 'created',
    run: undefined,
    attachments: attachmentsOf(spec),
    endpoints: [],
    startedAt: undefined,
    finishedAt: undefined,
    exitCode: undefined,
    oomKilled: false,
    error: '',
    restarts: { count: 0, delayMs: 0, dueAt: undefined },
    stoppedByHand: false,
    health: undefined,
  };
  return { record, anonymous };
}

/** Name and record are taken in one transaction: two creations of one name cannot both succeed. */
function store(context: ContainerContext, record: ContainerRecord, volumes: VolumeStore | undefined): void {
  context.metadata.transaction(() => {
    requireFreeName(context, record.name);
    context.names.put(record.name, record.id);
    context.records.put(record.id, record);
    context.imageUsers.put(`${record.imageId}/${record.id}`, true);
    for (const mount of record.mounts) {
      if (mount.type === 'volume' && mount.name !== undefined) volumes?.addUser(mount.name, record.id);
    }
    context.metadata.journal.append({ type: 'container.created', ...eventOf(record) });
  });
}

/** `container:NAME` is kept by ID: the name may pass to another. */
function withCanonicalModes(context: ContainerContext, spec: ContainerSpec): ContainerSpec {
  const [network, pid, ipc] = [spec.network, spec.pid, spec.ipc].map((mode) => canonicalMode(context, mode));
  return { ...spec, network, pid, ipc };
}

/** Its own mounts, and those of the containers `--volumes-from` names where nothing of its own is. */
function withOthers(
  context: ContainerContext,
  { mounts = [], volumesFrom = [] }: ContainerSpec,
): readonly Mount[] {
  const found = new Map<string, Mount>();
  for (const word of volumesFrom) {
    const [name = '', mode = ''] = word.split(':', 2);
    const readOnly = mode.split(',').includes('ro');
    for (const mount of findContainer(context, name).mounts) {
      if (mount.type === 'tmpfs') continue;
      const inherited = { ...mount, readOnly: readOnly || mount.readOnly };
      found.set(mount.target, inherited.type === 'volume' ? { ...inherited, noCopy: true } : inherited);
    }
  }
  for (const { target } of mounts) found.delete(posix.normalize(target));
  return [...mounts, ...found.values()];
}

/** Undefined where it is that of somebody else. */
function ownHostname(spec: ContainerSpec, id: string): string | undefined {
  if (spec.hostname !== undefined && spec.hostname !== '') return spec.hostname;
  return spec.uts === 'host' || spec.network === 'host' || spec.network?.startsWith('container:')
    ? undefined
    : id.slice(0, 12);
}

/** Image and spec together, `80/tcp`, published ones included, in order. */
function exposedPorts(spec: ContainerSpec, ofImage: readonly string[]): readonly string[] {
  const published = (spec.ports ?? []).map((port) => `${port.containerPort}/${port.protocol}`);
  const all = [...ofImage, ...(spec.exposedPorts ?? []), ...published].map((text) =>
    text.includes('/') ? text : `${text}/tcp`,
  );
  return [...new Set(all)].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

function platformWarnings(spec: ContainerSpec, image: Image): readonly string[] {
  const have = platformOf(image.config);
  if (spec.platform !== undefined) {
    const wanted = parsePlatform(spec.platform, hostPlatform());
    if (platformMatches(have, wanted)) return [];
    throw platformMismatch(spec.image, wanted, have);
  }
  const host = hostPlatform();
  if (platformMatches(have, host)) return [];
  return [
    `The requested image's platform (${formatPlatform(have)}) does not match the detected host platform (${formatPlatform(host)}) and no specific platform was requested`,
  ];
}

function platformOf(config: ImageConfig): { os: string; architecture: string; variant?: string } {
  const { os, architecture, variant } = config;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}
