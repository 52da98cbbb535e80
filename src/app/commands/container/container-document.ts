import type { ContainerDetails, HealthReport } from '../../../engine/containers.ts';
import { withLeftOut } from '../present/left-out.ts';
import { hostConfig } from './host-config.ts';
import { mountPoint } from './mount-documents.ts';
import { networkSettings } from './network-settings.ts';

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
    ResolvConfPath: container.paths.resolver,
    HostnamePath: container.paths.hostname,
    HostsPath: container.paths.hosts,
    LogPath: container.logPath ?? '',
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: container.platform.split('/', 1)[0],
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: appArmorProfile(container),
    ExecIDs: null,
    HostConfig: hostConfig(container),
    GraphDriver: { Name: 'overlay2', Data: layers(container) },
    ...(container.size !== undefined && {
      SizeRw: container.size.writableBytes,
      SizeRootFs: container.size.totalBytes,
    }),
    Mounts: container.mountDetails.filter(({ type }) => type !== 'tmpfs').map(mountPoint),
    Config: config(container),
    NetworkSettings: networkSettings(container),
  };
}

/** Its root is mounted where its processes alone see it. */
function layers({ pid, paths }: ContainerDetails) {
  if (paths.upper === undefined) return null;
  return {
    LowerDir: paths.lower.join(':'),
    MergedDir: pid === undefined ? '' : `/proc/${pid}/root`,
    UpperDir: paths.upper,
    WorkDir: paths.work ?? '',
  };
}

function appArmorProfile({ spec }: ContainerDetails): string {
  const option = spec.securityOpt?.findLast((text) => /^apparmor[=:]/.test(text));
  return option?.slice('apparmor='.length) ?? '';
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
  const attached = (stream: 'stdin' | 'stdout' | 'stderr') => spec.attached?.includes(stream) ?? false;
  const document = {
    Hostname: container.hostname,
    Domainname: spec.domainname ?? '',
    User: container.user,
    AttachStdin: attached('stdin'),
    AttachStdout: attached('stdout'),
    AttachStderr: attached('stderr'),
    Tty: spec.tty ?? false,
    OpenStdin: spec.openStdin ?? false,
    StdinOnce: spec.openStdin === true && attached('stdin'),
    ExposedPorts: Object.fromEntries(container.exposedPorts.map((port) => [port, {}])),
    Env: container.env,
    Cmd: orNull(words.slice(container.entrypointCount)),
    Entrypoint: orNull(words.slice(0, container.entrypointCount)),
    Image: container.image,
    Volumes: orNone(container.anonymousVolumes),
    WorkingDir: container.workingDir,
    OnBuild: null,
    Labels: container.labels,
    StopSignal: container.stopSignal,
    ...(spec.stopTimeout !== undefined && { StopTimeout: spec.stopTimeout }),
    ...(container.healthcheck !== undefined && { Healthcheck: container.healthcheck }),
  };
  return withLeftOut(document, { Healthcheck: null, MacAddress: '', Shell: [], StopTimeout: null });
}

function orNone(targets: readonly string[]): Readonly<Record<string, unknown>> | null {
  return targets.length === 0 ? null : Object.fromEntries(targets.map((target) => [target, {}]));
}

function orNull(words: readonly string[]): readonly string[] | null {
  return words.length === 0 ? null : words;
}
