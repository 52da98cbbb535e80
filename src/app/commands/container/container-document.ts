import type { ContainerDetails, Mount, PortBinding } from '../../../engine/containers.ts';
import { shortId } from '../../../oci/digest.ts';

const never = '0001-01-01T00:00:00Z';

/** A container in the shape of Docker's `inspect`, whose fields scripts and templates name. */
export function containerDocument(container: ContainerDetails): Readonly<Record<string, unknown>> {
  return {
    Id: container.id,
    Created: container.createdAt,
    Path: container.path,
    Args: container.args,
    State: state(container),
    Image: container.imageId,
    LogPath: container.logPath ?? '',
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: container.platform.split('/', 1)[0],
    HostConfig: hostConfig(container),
    GraphDriver: {
      Name: 'overlay2',
      Data: container.upperDir === undefined ? null : { UpperDir: container.upperDir },
    },
    ...(container.size !== undefined && {
      SizeRw: container.size.writableBytes,
      SizeRootFs: container.size.totalBytes,
    }),
    Mounts: container.mountDetails.filter(({ type }) => type !== 'tmpfs').map(mountPoint),
    Config: config(container),
    NetworkSettings: networkSettings(container),
  };
}

function state(container: ContainerDetails) {
  return {
    Status: container.state,
    Running:
      container.state === 'running' || container.state === 'paused' || container.state === 'restarting',
    Paused: container.state === 'paused',
    Restarting: container.state === 'restarting',
    OOMKilled: container.oomKilled,
    Dead: container.state === 'dead',
    Pid: container.pid ?? 0,
    ExitCode: container.exitCode ?? 0,
    Error: container.error,
    StartedAt: container.startedAt ?? never,
    FinishedAt: container.finishedAt ?? never,
    ...(container.health !== 'none' && { Health: { Status: container.health } }),
  };
}

function hostConfig({ spec, ports }: ContainerDetails) {
  const { resources = {}, restart } = spec;
  return {
    Binds: (spec.mounts ?? []).flatMap(bindText),
    NetworkMode: spec.network ?? 'bridge',
    PortBindings: portMap(spec.ports ?? ports),
    RestartPolicy: { Name: restart?.name ?? 'no', MaximumRetryCount: restart?.maximumRetries ?? 0 },
    AutoRemove: spec.autoRemove ?? false,
    LogConfig: { Type: spec.logDriver ?? 'json-file', Config: spec.logOptions ?? {} },
    CapAdd: spec.capAdd ?? [],
    CapDrop: spec.capDrop ?? [],
    Dns: spec.dns ?? [],
    DnsSearch: spec.dnsSearch ?? [],
    ExtraHosts: spec.extraHosts ?? [],
    GroupAdd: spec.groupAdd ?? [],
    Privileged: spec.privileged ?? false,
    PublishAllPorts: spec.publishAll ?? false,
    ReadonlyRootfs: spec.readOnlyRootfs ?? false,
    SecurityOpt: spec.securityOpt ?? [],
    Init: spec.init ?? false,
    Sysctls: spec.sysctls ?? {},
    Devices: spec.devices ?? [],
    ShmSize: resources.shmSizeBytes ?? 64 * 1024 * 1024,
    Memory: resources.memoryBytes ?? 0,
    MemoryReservation: resources.memoryReservationBytes ?? 0,
    MemorySwap: resources.memorySwapBytes ?? 0,
    NanoCpus: Math.round((resources.cpus ?? 0) * 1e9),
    CpuShares: resources.cpuShares ?? 0,
    CpusetCpus: resources.cpusetCpus ?? '',
    PidsLimit: resources.pidsLimit ?? null,
    Ulimits: (resources.ulimits ?? []).map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    Tmpfs: Object.fromEntries(
      (spec.mounts ?? []).flatMap((mount) => (mount.type === 'tmpfs' ? [[mount.target, mount.options]] : [])),
    ),
  };
}

function config(container: ContainerDetails) {
  const { spec } = container;
  return {
    Hostname: spec.hostname ?? shortId(container.id),
    User: container.user,
    Tty: spec.tty ?? false,
    OpenStdin: spec.openStdin ?? false,
    ExposedPorts: Object.fromEntries((spec.exposedPorts ?? []).map((port) => [port, {}])),
    Env: container.env,
    Cmd: spec.command ?? null,
    Entrypoint: spec.entrypoint ?? null,
    Image: container.image,
    WorkingDir: container.workingDir,
    Labels: container.labels,
    ...(spec.stopSignal !== undefined && { StopSignal: spec.stopSignal }),
    ...(spec.stopTimeout !== undefined && { StopTimeout: spec.stopTimeout }),
    ...(spec.healthcheck !== undefined && { Healthcheck: spec.healthcheck }),
  };
}

function networkSettings({ ports, networkDetails }: ContainerDetails) {
  const networks = networkDetails.map((network) => [
    network.name,
    {
      IPAddress: network.address,
      IPPrefixLen: network.prefixLength,
      Gateway: network.gateway,
      MacAddress: network.macAddress,
    },
  ]);
  const first = networkDetails[0];
  return {
    Ports: portMap(ports),
    IPAddress: first?.address ?? '',
    IPPrefixLen: first?.prefixLength ?? 0,
    Gateway: first?.gateway ?? '',
    MacAddress: first?.macAddress ?? '',
    Networks: Object.fromEntries(networks),
  };
}

function portMap(ports: readonly PortBinding[]): Readonly<Record<string, unknown>> {
  const map: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  for (const { containerPort, protocol, hostAddress, hostPort } of ports) {
    const key = `${containerPort}/${protocol}`;
    map[key] ??= null;
    if (hostPort === 0) continue;
    map[key] = [
      ...(map[key] ?? []),
      { HostIp: hostAddress === '' ? '0.0.0.0' : hostAddress, HostPort: String(hostPort) },
    ];
  }
  return map;
}

function bindText(mount: Mount): string[] {
  if (mount.type === 'tmpfs') return [];
  const source = mount.type === 'bind' ? mount.source : mount.name;
  if (source === undefined) return [];
  return [`${source}:${mount.target}${mount.readOnly ? ':ro' : ''}`];
}

function mountPoint(mount: Mount) {
  if (mount.type === 'tmpfs')
    return { Type: 'tmpfs', Destination: mount.target, Mode: mount.options, RW: true };
  return {
    Type: mount.type,
    ...(mount.type === 'volume' && { Name: mount.name ?? '', Driver: 'local' }),
    ...(mount.type === 'bind' && { Source: mount.source }),
    Destination: mount.target,
    Mode: mount.readOnly ? 'ro' : '',
    RW: !mount.readOnly,
    Propagation: mount.type === 'bind' ? (mount.propagation ?? 'rprivate') : '',
  };
}
