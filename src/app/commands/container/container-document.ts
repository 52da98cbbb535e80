import type { ContainerDetails, HealthReport, Mount } from '../../../engine/containers.ts';
import { shortId } from '../../../oci/digest.ts';
import { withLeftOut } from '../present/left-out.ts';
import { hostConfig, portMap } from './host-config.ts';

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
  const document = {
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
    ...(container.healthReport !== undefined && { Health: health(container.healthReport) }),
  };
  return withLeftOut(document, { Health: null });
}

function health({ status, failingStreak, log }: HealthReport) {
  return {
    Status: status,
    FailingStreak: failingStreak,
    Log: log.map(({ startedAt, endedAt, exitCode, output }) => ({
      Start: startedAt,
      End: endedAt,
      ExitCode: exitCode,
      Output: output,
    })),
  };
}

function config(container: ContainerDetails) {
  const { spec } = container;
  const words = [container.path, ...container.args];
  const document = {
    Hostname: spec.hostname ?? shortId(container.id),
    Domainname: spec.domainname ?? '',
    User: container.user,
    Tty: spec.tty ?? false,
    OpenStdin: spec.openStdin ?? false,
    ExposedPorts: Object.fromEntries(container.exposedPorts.map((port) => [port, {}])),
    Env: container.env,
    Cmd: orNull(words.slice(container.entrypointCount)),
    Entrypoint: orNull(words.slice(0, container.entrypointCount)),
    Image: container.image,
    WorkingDir: container.workingDir,
    Labels: container.labels,
    StopSignal: container.stopSignal,
    ...(spec.stopTimeout !== undefined && { StopTimeout: spec.stopTimeout }),
    ...(container.healthcheck !== undefined && { Healthcheck: container.healthcheck }),
  };
  return withLeftOut(document, { Healthcheck: null, MacAddress: '', Shell: [], StopTimeout: null });
}

function orNull(words: readonly string[]): readonly string[] | null {
  return words.length === 0 ? null : words;
}

function networkSettings({ ports, networkDetails }: ContainerDetails) {
  const networks = networkDetails.map((network) => [
    network.name,
    {
      NetworkID: network.networkId,
      IPAddress: network.address,
      IPPrefixLen: network.prefixLength,
      Gateway: network.gateway,
      IPv6Gateway: network.ipv6?.gateway ?? '',
      GlobalIPv6Address: network.ipv6?.address ?? '',
      GlobalIPv6PrefixLen: network.ipv6?.prefixLength ?? 0,
      MacAddress: network.macAddress,
      Aliases: network.aliases,
    },
  ]);
  const first = networkDetails[0];
  return {
    Ports: portMap(ports),
    IPAddress: first?.address ?? '',
    IPPrefixLen: first?.prefixLength ?? 0,
    Gateway: first?.gateway ?? '',
    IPv6Gateway: first?.ipv6?.gateway ?? '',
    GlobalIPv6Address: first?.ipv6?.address ?? '',
    GlobalIPv6PrefixLen: first?.ipv6?.prefixLength ?? 0,
    MacAddress: first?.macAddress ?? '',
    Networks: Object.fromEntries(networks),
  };
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
