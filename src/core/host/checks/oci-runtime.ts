import type { CgroupMode } from '../cgroups/cgroup-mode.ts';
import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';
import { programVersion } from './program-version.ts';

/** crun, else runc. crun refuses hybrid cgroups unless the version 2 mount is hidden from it, which gantry does. */
export async function ociRuntime(look: HostLook, cgroups: CgroupMode): Promise<Finding> {
  const [crun, runc] = await Promise.all([look.ask('crun', '--version'), look.ask('runc', '--version')]);
  const answer = crun ?? runc;
  if (answer === undefined) {
    return {
      status: 'missing',
      found: 'neither crun nor runc',
      meaning: 'no container can be started',
      mend: 'apt-get install crun',
    };
  }
  const name = answer === crun ? 'crun' : 'runc';
  const found = `${name} ${programVersion(answer.text)} (${answer.path})`;
  if (name === 'crun' && !answer.text.includes('+SECCOMP')) {
    return {
      status: 'degraded',
      found: `${found}, built without seccomp`,
      meaning: 'system calls of containers are not filtered',
      mend: "install your distribution's crun, or runc",
    };
  }
  const hides = name === 'crun' && cgroups === 'hybrid';
  return ok(hides ? `${found}, run where the version 2 cgroup mount is out of its sight` : found);
}
