import type { HostFacts } from '../host-facts.ts';
import type { RuntimeSpec } from '../runtime-spec.ts';
import type { SeccompSection } from '../seccomp/profile.ts';
import type { StepSpecRequest } from '../spec-requests.ts';
import type { ResolvedUser } from '../user/resolve-user.ts';
import { containerSpec } from './container-spec.ts';
import type { DeviceSet } from './devices.ts';
import { parseSecurityOptions } from './security-options.ts';

export interface BuildStepSpecInput {
  readonly request: StepSpecRequest;
  readonly user: ResolvedUser;
  readonly seccomp: SeccompSection | undefined;
  readonly devices: DeviceSet;
  readonly host: HostFacts;
}

/** The specification of a RUN step: a container with Docker's defaults. Pure. */
export function buildStepSpec({ request, user, seccomp, devices, host }: BuildStepSpecInput): RuntimeSpec {
  const { resources, tty, privileged } = request;
  return containerSpec({
    ...request,
    spec: { image: '', resources, tty, privileged },
    user,
    security: parseSecurityOptions(),
    seccomp,
    devices,
    initPath: undefined,
    host,
  });
}
