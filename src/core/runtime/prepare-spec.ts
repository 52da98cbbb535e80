import { statSync } from 'node:fs';
import { hostFacts } from './host-facts.ts';
import type { OciProgram } from './oci-program.ts';
import { placeMounts } from './place-mounts.ts';
import { rootUserDatabase } from './root-user-database.ts';
import type { SpecForRoot } from './runtime.ts';
import type { RuntimeSpec } from './runtime-spec.ts';
import { type ContainerFilter, containerFilter } from './seccomp/container-filter.ts';
import { buildStepSpec } from './spec/build-step-spec.ts';
import { grantedCapabilities } from './spec/capabilities.ts';
import { containerSpec } from './spec/container-spec.ts';
import type { DeviceSet } from './spec/devices.ts';
import type { ResolvedMount } from './spec/mounts.ts';
import { parseSecurityOptions } from './spec/security-options.ts';
import type { ContainerSpecRequest, StepSpecRequest } from './spec-requests.ts';
import { resolveUser } from './user/resolve-user.ts';

/** crun takes a compiled filter from here, and then passes over the section; others only read the section. */
const filterAnnotation = 'run.oci.seccomp_bpf_data';

/** Looks up all that the specification of a container needs but what lies inside its root. */
export async function prepareContainerSpec(
  program: OciProgram,
  cacheDir: string,
  request: ContainerSpecRequest,
): Promise<SpecForRoot> {
  const { spec } = request;
  const host = hostFacts();
  const security = parseSecurityOptions(spec.securityOpt);
  const filter = await filterFor(
    program,
    cacheDir,
    request,
    spec.privileged ? 'unconfined' : security.seccomp,
  );
  const devices = await devicesFor(spec);
  const initPath = spec.init === true ? (await import('./find-init.ts')).findInit() : undefined;
  const asked = request.mounts.map(withKindOfSource);
  return (rootDir) => {
    const mounts = placeMounts(rootDir, asked);
    const user = resolveUser(request.process.user, spec.groupAdd ?? [], rootUserDatabase(rootDir));
    const made = containerSpec({
      ...request,
      mounts,
      user,
      security,
      seccomp: filter?.section,
      devices,
      initPath,
      host,
    });
    return withFilter(made, filter);
  };
}

/** The same for a RUN step. */
export async function prepareStepSpec(
  program: OciProgram,
  cacheDir: string,
  request: StepSpecRequest,
): Promise<SpecForRoot> {
  const host = hostFacts();
  const { privileged } = request;
  const filter = await filterFor(
    program,
    cacheDir,
    { spec: { image: '', privileged } },
    privileged === true ? 'unconfined' : 'default',
  );
  const devices = await devicesFor({ image: '', privileged });
  const asked = request.mounts.map(withKindOfSource);
  return (rootDir) => {
    const mounts = placeMounts(rootDir, asked);
    const user = resolveUser(request.process.user, [], rootUserDatabase(rootDir));
    return withFilter(
      buildStepSpec({ request: { ...request, mounts }, user, seccomp: filter?.section, devices, host }),
      filter,
    );
  };
}

function withKindOfSource(mount: ResolvedMount): ResolvedMount {
  if (mount.kind !== 'bind' || !mount.readOnly || mount.file !== undefined) return mount;
  return { ...mount, file: statSync(mount.source, { throwIfNoEntry: false })?.isDirectory() === false };
}

async function filterFor(
  program: OciProgram,
  cacheDir: string,
  request: Partial<Pick<ContainerSpecRequest, 'spec'>>,
  option: string,
): Promise<ContainerFilter | undefined> {
  const host = hostFacts();
  return containerFilter(option, {
    caps: grantedCapabilities(request.spec ?? {}, host.boundingCaps),
    kernel: host.kernel,
    cacheDir,
    compile: program.kind === 'crun',
  });
}

async function devicesFor({
  devices = [],
  deviceCgroupRules = [],
  privileged,
}: ContainerSpecRequest['spec']): Promise<DeviceSet> {
  const none = devices.length === 0 && deviceCgroupRules.length === 0;
  if (none && privileged !== true) return { devices: [], rules: [] };
  const { hostDevices, requestedDevices, requestedRules } = await import('./spec/devices.ts');
  if (privileged === true) return hostDevices();
  const asked = requestedDevices(devices, !hostFacts().inUserNamespace);
  return { ...asked, rules: [...asked.rules, ...requestedRules(deviceCgroupRules)] };
}

function withFilter(spec: RuntimeSpec, filter: ContainerFilter | undefined): RuntimeSpec {
  if (filter?.program === undefined) return spec;
  return { ...spec, annotations: { ...spec.annotations, [filterAnnotation]: filter.program } };
}
