import type { HostFacts } from '../host-facts.ts';
import type { RuntimeSpec } from '../runtime-spec.ts';
import type { SeccompSection } from '../seccomp/profile.ts';
import type { StepSpecRequest } from '../spec-requests.ts';
import type { ResolvedUser } from '../user/resolve-user.ts';
import { containerSpec } from './container-spec.ts';
import { parseSecurityOptions } from './security-options.ts';

export interface BuildStepSpecInput {
  readonly request: StepSpecRequest;
  readonly user: ResolvedUser;
  readonly seccomp: SeccompSection | undefined;
  readonly host: HostFacts;
}

/** The specification of a RUN step: a container with Docker's defaults. Pure. */
export function buildStepSpec({ request, user, seccomp, host }: BuildStepSpecInput): RuntimeSpec {
  return containerSpec({
    ...request,
    spec: { image: '', resources: request.resources, tty: request.tty },
    user,
    security: parseSecurityOptions(),
    seccomp,
    devices: { devices: [], rules: [] },
    initPath: undefined,
    host,
  });
}
