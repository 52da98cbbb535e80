import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';
import { programVersion } from './program-version.ts';

/** conmon, which stays beside each container. */
export async function monitor(look: HostLook): Promise<Finding> {
  const answer = await look.ask('conmon', '--version');
  if (answer !== undefined) return ok(`conmon ${programVersion(answer.text)} (${answer.path})`);
  return {
    status: 'missing',
    found: 'no conmon',
    meaning: 'nothing would keep the log and the exit status of a container: none can be started',
    mend: 'apt-get install conmon',
  };
}
