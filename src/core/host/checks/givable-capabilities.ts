import { capabilityNames } from '../own-capabilities.ts';
import { type Finding, ok } from './finding.ts';

/** What we could hand on to a container: no runtime can give what we do not have. */
export function givableCapabilities(bounding: ReadonlySet<string>): Finding {
  const lacking = capabilityNames.filter((name) => !bounding.has(name));
  if (lacking.length === 0) return ok(`all ${capabilityNames.length}`);
  return {
    status: 'degraded',
    found: `${bounding.size} of ${capabilityNames.length}, not ${lacking.join(', ')}`,
    meaning:
      '--privileged and --cap-add ALL give the others; resource limits cannot be raised without SYS_RESOURCE',
    mend: 'start gantry from a shell with a full bounding set (capsh --print shows it)',
  };
}
