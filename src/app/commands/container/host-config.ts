import type {
  ContainerDetails,
  DeviceRate,
  Mount,
  PortBinding,
  Resources,
} from '../../../engine/containers.ts';

/** How a container is set up, in Docker's words (`HostConfig` of the Engine API). */
export function hostConfig({ spec, ports }: ContainerDetails) {
  const { resources = {}, restart } = spec;
  return {
    Binds: (spec.mounts ?? []).flatMap(bindText),
    NetworkMode: spec.network ?? 'bridge',
    PortBindings: portMap(spec.ports ?? ports),
    RestartPolicy: { Name: restart?.name ?? 'no', MaximumRetryCount: restart?.maximumRetries ?? 0 },
    AutoRemove: spec.autoRemove ?? false,
    LogConfig: { Type: spec.logDriver ?? 'json-file', Config: spec.logOptions ?? {} },
    VolumesFrom: spec.volumesFrom ?? null,
    CapAdd: spec.capAdd ?? [],
    CapDrop: spec.capDrop ?? [],
    Dns: spec.dns ?? [],
    DnsOptions: spec.dnsOptions ?? [],
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
    DeviceCgroupRules: spec.deviceCgroupRules ?? null,
    PidMode: spec.pid ?? '',
    IpcMode: spec.ipc ?? 'private',
    UTSMode: spec.uts ?? '',
    UsernsMode: '',
    CgroupnsMode: spec.cgroupns ?? 'host',
    OomScoreAdj: spec.oomScoreAdj ?? 0,
    Annotations: spec.annotations ?? {},
    ShmSize: resources.shmSizeBytes ?? 64 * 1024 * 1024,
    ...limits(resources),
    Tmpfs: Object.fromEntries(
      (spec.mounts ?? []).flatMap((mount) => (mount.type === 'tmpfs' ? [[mount.target, mount.options]] : [])),
    ),
  };
}

function limits(resources: Resources) {
  const rates = (kind: DeviceRate['kind']) =>
    (resources.deviceRates ?? [])
      .filter((rate) => rate.kind === kind)
      .map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return {
    Memory: resources.memoryBytes ?? 0,
    MemoryReservation: resources.memoryReservationBytes ?? 0,
    MemorySwap: resources.memorySwapBytes ?? 2 * (resources.memoryBytes ?? 0),
    MemorySwappiness: resources.memorySwappiness ?? null,
    OomKillDisable: resources.oomKillDisable ?? false,
    NanoCpus: Math.round((resources.cpus ?? 0) * 1e9),
    CpuPeriod: resources.cpuPeriodUs ?? 0,
    CpuQuota: resources.cpuQuotaUs ?? 0,
    CpuShares: resources.cpuShares ?? 0,
    CpusetCpus: resources.cpusetCpus ?? '',
    CpusetMems: resources.cpusetMems ?? '',
    BlkioWeight: resources.blkioWeight ?? 0,
    BlkioWeightDevice: (resources.blkioWeightDevices ?? []).map(({ path, weight }) => ({
      Path: path,
      Weight: weight,
    })),
    BlkioDeviceReadBps: rates('read-bps'),
    BlkioDeviceWriteBps: rates('write-bps'),
    BlkioDeviceReadIOps: rates('read-iops'),
    BlkioDeviceWriteIOps: rates('write-iops'),
    PidsLimit: resources.pidsLimit ?? null,
    Ulimits: (resources.ulimits ?? []).map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
  };
}

/** Ports as Docker's documents map them: `80/tcp` to host addresses. */
export function portMap(ports: readonly PortBinding[]): Readonly<Record<string, unknown>> {
  const map: Record<string, { HostIp: string; HostPort: string }[] | null> = {};
  for (const { containerPort, protocol, hostAddress, hostPort, hostPortEnd } of ports) {
    const key = `${containerPort}/${protocol}`;
    map[key] ??= null;
    if (hostPort === 0) continue;
    map[key] = [
      ...(map[key] ?? []),
      {
        HostIp: hostAddress === '' ? '0.0.0.0' : hostAddress,
        HostPort: hostPortEnd === undefined ? String(hostPort) : `${hostPort}-${hostPortEnd}`,
      },
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
