import type { ContainerSpec } from '../../../engine/containers.ts';
import type { HostFacts } from '../host-facts.ts';
import type { RuntimeProcess, RuntimeSpec } from '../runtime-spec.ts';
import type { SeccompSection } from '../seccomp/profile.ts';
import type { JoinedNamespaces } from '../spec-requests.ts';
import type { ResolvedUser } from '../user/resolve-user.ts';
import { grantedCapabilities } from './capabilities.ts';
import { type DeviceSet, defaultDeviceRules } from './devices.ts';
import { containerEnvironment, homeAnnotation, setsHome } from './environment.ts';
import { containerMounts, type ResolvedMount } from './mounts.ts';
import type { ProcessConfig } from './process-config.ts';
import { checkResources, linuxResources } from './resources.ts';
import { processLimits } from './rlimits.ts';
import type { SecurityOptions } from './security-options.ts';
import { containerSysctls } from './sysctls.ts';
import { maskedPathsFor, readonlyPaths } from './system-paths.ts';

const defaultShmBytes = 64 << 20;
/** `tty` of Debian and most others. */
const terminalGroup = 5;
/** Where `--init` puts its process inside. */
const initTarget = '/sbin/gantry-init';

/** All that decides how a container is made, with nothing left to look up. */
export interface ContainerSpecInput {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly process: ProcessConfig;
  readonly user: ResolvedUser;
  /** What it calls itself, that of the host included. */
  readonly hostname: string;
  /** Who else is in its network: nobody, the host, another container. */
  readonly network: 'own' | 'host' | 'joined';
  readonly joins?: JoinedNamespaces | undefined;
  readonly mounts: readonly ResolvedMount[];
  readonly security: SecurityOptions;
  readonly seccomp: SeccompSection | undefined;
  readonly devices: DeviceSet;
  /** A static init on the host for `--init`. */
  readonly initPath: string | undefined;
  readonly host: HostFacts;
}

/**
 * The OCI runtime specification of a container, as Docker would write it. Pure. The runtime adds what it alone knows:
 * the root, the network namespace, the compiled filter.
 * @throws GantryError `invalid` for values Docker refuses
 */
export function containerSpec(input: ContainerSpecInput): RuntimeSpec {
  const { spec, host, security } = input;
  const privileged = spec.privileged === true;
  const resources = spec.resources ?? {};
  checkResources(resources, host);
  return {
    ociVersion: '1.0.2',
    // In the machine's own namespace the runtime would have to refuse it.
    ...(spec.uts === 'host' ? {} : { hostname: input.hostname }),
    process: containerProcess(input),
    ...annotations(input),
    root: { path: 'rootfs', readonly: spec.readOnlyRootfs === true },
    mounts: containerMounts(
      [...input.mounts, ...(input.devices.binds ?? []).map(deviceMount), ...initMount(input.initPath)],
      {
        cgroups: host.cgroups,
        terminalGroup: host.highestGroup >= terminalGroup ? terminalGroup : undefined,
        shmSizeBytes: resources.shmSizeBytes ?? defaultShmBytes,
        privileged,
        ipc: spec.ipc === 'host' ? 'host' : spec.ipc === 'none' ? 'none' : 'own',
        inUserNamespace: host.inUserNamespace,
        recursiveReadOnly: host.recursiveReadOnly,
      },
    ),
    linux: {
      namespaces: namespaces(input),
      devices: input.devices.devices,
      cgroupsPath: `/gantry/${input.id}`,
      ...(host.cgroups === 'none'
        ? {}
        : { resources: linuxResources(resources, [...defaultDeviceRules, ...input.devices.rules], host) }),
      ...(input.seccomp === undefined ? {} : { seccomp: { ...input.seccomp } }),
      ...(privileged || security.systemPathsUnconfined
        ? {}
        : { maskedPaths: maskedPathsFor(host.cpuIndexes), readonlyPaths }),
      sysctl: {
        ...containerSysctls(spec.sysctls ?? {}, input.network !== 'host', host.highestGroup),
        ...(spec.domainname && spec.uts !== 'host' ? { 'kernel.domainname': spec.domainname } : {}),
      },
      ...rootPropagation(input.mounts),
    },
  };
}

function deviceMount(bind: { readonly source: string; readonly target: string }): ResolvedMount {
  return { kind: 'bind', ...bind, readOnly: false, file: true };
}

function initMount(source: string | undefined): readonly ResolvedMount[] {
  return source === undefined
    ? []
    : [{ kind: 'bind', source, target: initTarget, readOnly: true, file: true }];
}

function containerProcess(input: ContainerSpecInput): RuntimeProcess {
  const { spec, process, user, host, security } = input;
  const capabilities = grantedCapabilities(spec, host.boundingCaps);
  return {
    terminal: spec.tty === true,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: input.initPath === undefined ? process.args : [initTarget, '--', ...process.args],
    env: containerEnvironment({
      own: process.env,
      hostname: input.hostname,
      tty: spec.tty === true,
      home: user.home,
    }),
    cwd: process.cwd,
    capabilities: processCapabilities(capabilities, user.uid),
    rlimits: processLimits(spec.resources?.ulimits ?? [], host),
    noNewPrivileges: security.noNewPrivileges,
    ...(spec.oomScoreAdj === undefined
      ? {}
      : {
          oomScoreAdj: host.mayRaiseLimits ? spec.oomScoreAdj : Math.max(spec.oomScoreAdj, host.oomScoreAdj),
        }),
    ...(host.appArmor && security.appArmor !== undefined && security.appArmor !== 'unconfined'
      ? { apparmorProfile: security.appArmor }
      : {}),
  };
}

function annotations({ spec, process }: ContainerSpecInput): Pick<RuntimeSpec, 'annotations'> {
  const all = { ...spec.annotations, ...(setsHome(process.env) ? {} : { [homeAnnotation]: 'passwd' }) };
  return Object.keys(all).length === 0 ? {} : { annotations: all };
}

/**
 * Never inheritable nor ambient (CVE-2022-24769). Who is not root holds none at first, as after an execve(2), but may
 * gain those of the bounding set through a set-user-ID program.
 */
export function processCapabilities(granted: readonly string[], uid: number): RuntimeProcess['capabilities'] {
  const held = uid === 0 ? granted : [];
  return { bounding: granted, effective: held, permitted: held, inheritable: [], ambient: [] };
}

function namespaces({ host, network, spec, joins }: ContainerSpecInput): RuntimeSpec['linux']['namespaces'] {
  const own = (type: 'pid' | 'ipc', mode: string | undefined) => {
    const owner = joins?.[type];
    if (mode === 'host') return [];
    return [owner === undefined ? { type } : { type, path: `/proc/${owner}/ns/${type}` }];
  };
  const ownCgroup = spec.cgroupns === undefined ? host.cgroups === 'v2' : spec.cgroupns === 'private';
  return [
    ...own('pid', spec.pid),
    ...own('ipc', spec.ipc),
    ...(spec.uts === 'host' ? [] : [{ type: 'uts' }]),
    { type: 'mount' },
    // The path to another's, or to one made beforehand, is filled in when it starts.
    ...(network === 'host' ? [] : [{ type: 'network' }]),
    ...(ownCgroup ? [{ type: 'cgroup' }] : []),
  ];
}

/** A shared or slave bind needs a root that lets mounts through. */
function rootPropagation(mounts: readonly ResolvedMount[]): { rootfsPropagation?: string } {
  const wanted = mounts.flatMap((mount) =>
    mount.kind === 'bind' && mount.propagation ? [mount.propagation] : [],
  );
  if (wanted.some((name) => name.endsWith('shared'))) return { rootfsPropagation: 'shared' };
  if (wanted.some((name) => name.endsWith('slave'))) return { rootfsPropagation: 'slave' };
  return {};
}
