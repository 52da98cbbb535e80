import type { ContainerDetails, DeviceRate, PortBinding, Resources } from '../../../engine/containers.ts';
import { askedMounts } from './mount-documents.ts';

/** How a container is set up, in Docker's words (`HostConfig` of the Engine API). */
export function hostConfig({ spec, ports, runtime, maskedPaths, readonlyPaths }: ContainerDetails) {
  const { resources = {}, restart } = spec;
  return {
    ...askedMounts(spec.mounts ?? []),
    ContainerIDFile: '',
    NetworkMode: spec.network ?? 'bridge',
    PortBindings: askedPorts(spec.ports ?? ports),
    RestartPolicy: { Name: restart?.name ?? 'no', MaximumRetryCount: restart?.maximumRetries ?? 0 },
    AutoRemove: spec.autoRemove ?? false,
    LogConfig: { Type: spec.logDriver ?? 'json-file', Config: spec.logOptions ?? {} },
    VolumeDriver: '',
    VolumesFrom: spec.volumesFrom?.length ? spec.volumesFrom : null,
    ConsoleSize: [0, 0],
    CapAdd: spec.capAdd ?? [],
    CapDrop: spec.capDrop ?? [],
    Dns: spec.dns ?? [],
    DnsOptions: spec.dnsOptions ?? [],
    DnsSearch: spec.dnsSearch ?? [],
    ExtraHosts: spec.extraHosts ?? [],
    GroupAdd: spec.groupAdd ?? [],
    Links: spec.links?.length ? spec.links : null,
    Privileged: spec.privileged ?? false,
    PublishAllPorts: spec.publishAll ?? false,
    ReadonlyRootfs: spec.readOnlyRootfs ?? false,
    SecurityOpt: spec.securityOpt ?? [],
    Init: spec.init ?? false,
    Sysctls: spec.sysctls ?? {},
    Devices: (spec.devices ?? []).map(deviceMapping),
    DeviceCgroupRules: spec.deviceCgroupRules?.length ? spec.deviceCgroupRules : null,
    DeviceRequests: null,
    PidMode: spec.pid ?? '',
    IpcMode: spec.ipc ?? 'private',
    UTSMode: spec.uts ?? '',
    UsernsMode: '',
    CgroupnsMode: spec.cgroupns ?? 'host',
    Runtime: runtime,
    Cgroup: '',
    CgroupParent: '',
    Isolation: '',
    MaskedPaths: maskedPaths.length > 0 ? maskedPaths : null,
    ReadonlyPaths: readonlyPaths.length > 0 ? readonlyPaths : null,
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
    CpuCount: 0,
    CpuPercent: 0,
    CpuRealtimePeriod: 0,
    CpuRealtimeRuntime: 0,
    IOMaximumBandwidth: 0,
    IOMaximumIOps: 0,
    KernelMemory: 0,
    KernelMemoryTCP: 0,
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

/** `HOST[:INSIDE[:rwm]]`, which the engine has checked. */
function deviceMapping(text: string) {
  const [host = '', second, third] = text.split(':');
  const onlyAccess = third === undefined && second !== undefined && /^[rwm]{1,3}$/.test(second);
  return {
    PathOnHost: host,
    PathInContainer: onlyAccess ? host : (second ?? host),
    CgroupPermissions: third ?? (onlyAccess ? second : 'rwm'),
  };
}

/** As they were asked for: an empty port is one that the engine is to choose. */
function askedPorts(ports: readonly PortBinding[]): Readonly<Record<string, unknown>> {
  const map: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { containerPort, protocol, hostAddress, hostPort, hostPortEnd } of ports) {
    const range = hostPortEnd === undefined ? String(hostPort) : `${hostPort}-${hostPortEnd}`;
    const key = `${containerPort}/${protocol}`;
    map[key] = [...(map[key] ?? []), { HostIp: hostAddress, HostPort: hostPort === 0 ? '' : range }];
  }
  return map;
}

/** Ports as Docker's documents map them: `80/tcp` to host addresses. */
export function portMap(ports: readonly PortBinding[]): Readonly<Record<string, unknown>> {
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
