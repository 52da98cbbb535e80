import type { ContainerState, ContainerSummary } from '../../engine/containers.ts';
import type { ContainerRecord } from './container-record.ts';
import { isMonitorLost } from './lost-status.ts';

/** As lists show it. `imageName` is what to show for the image. */
export function summarize(
  record: ContainerRecord,
  imageName: string,
  size: ContainerSummary['size'],
): ContainerSummary {
  return {
    id: record.id,
    name: record.name,
    image: imageName,
    imageId: record.imageId,
    command: record.process.args,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
    finishedAt: record.finishedAt,
    state: shownState(record),
    health: record.health?.status ?? 'none',
    ...(isMonitorLost(record) && { monitorLost: true }),
    exitCode: record.exitCode,
    pid: record.state === 'running' || record.state === 'paused' ? record.run?.process?.pid : undefined,
    ports: shownPorts(record),
    labels: record.labels,
    networks: networkNames(record),
    mounts: record.mounts.map((mount) =>
      mount.type === 'volume' ? (mount.name ?? '') : mount.type === 'bind' ? mount.source : mount.target,
    ),
    size,
  };
}

/** `starting` is our own business: outside it is still what it was. */
export function shownState(record: ContainerRecord): ContainerState {
  if (record.state !== 'starting') return record.state;
  return record.startedAt === undefined ? 'created' : 'exited';
}

/** `bridge`, `host`, `none`, `container:ID` or a network's name. */
export function networkName(record: ContainerRecord): string {
  const { network } = record.spec;
  return network === undefined || network === 'default' ? 'bridge' : network;
}

function networkNames(record: ContainerRecord): readonly string[] {
  const { attachments } = record;
  return attachments.length > 0 ? attachments.map(({ network }) => network) : [networkName(record)];
}

/** Published ports while it runs, and those it exposes without publishing: their host port is 0. */
function shownPorts(record: ContainerRecord): ContainerSummary['ports'] {
  if (record.state !== 'running' && record.state !== 'paused') return [];
  const published = record.endpoints.flatMap(({ ports }) => ports);
  const exposed = record.exposedPorts.flatMap((text) => {
    const [port, protocol = 'tcp'] = text.split('/');
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    const containerPort = Number(port);
    const isPublished = published.some(
      (binding) => binding.containerPort === containerPort && binding.protocol === protocol,
    );
    return isPublished ? [] : [{ protocol, containerPort, hostAddress: '', hostPort: 0 } as const];
  });
  return [...published, ...exposed];
}
