import { GantryError } from '../../../base/gantry-error.ts';
import { capabilityNames } from '../../host/own-capabilities.ts';

/** Docker's fourteen. */
export const defaultCapabilities: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SYS_CHROOT',
  'CAP_MKNOD',
  'CAP_AUDIT_WRITE',
  'CAP_SETFCAP',
];

export interface CapabilityRequest {
  readonly capAdd?: readonly string[] | undefined;
  readonly capDrop?: readonly string[] | undefined;
  readonly privileged?: boolean | undefined;
}

/**
 * What a container is granted, in the kernel's order. Docker's rules: names with or without `CAP_`, in any case;
 * `ALL` added leaves out only those dropped by name; `ALL` dropped leaves only those added by name; else dropped ones
 * go first and added ones come after, so that a name in both is granted.
 * Never more than `ours` (our own bounding set): a runtime fails when asked for what it cannot give.
 * @throws GantryError `invalid` / `capability` for a name the kernel does not have
 */
export function grantedCapabilities(
  request: CapabilityRequest,
  ours: ReadonlySet<string>,
): readonly string[] {
  const add = normalise(request.capAdd ?? [], 'CapAdd');
  const drop = normalise(request.capDrop ?? [], 'CapDrop');
  const granted = (name: string): boolean => {
    if (request.privileged) return true;
    if (add.has('ALL')) return !drop.has(name);
    if (drop.has('ALL')) return add.has(name);
    return add.has(name) || (defaultCapabilities.includes(name) && !drop.has(name));
  };
  return capabilityNames.filter((name) => granted(name) && ours.has(name));
}

function normalise(names: readonly string[], field: string): ReadonlySet<string> {
  return new Set(
    names.map((given) => {
      const upper = given.toUpperCase();
      if (upper === 'ALL' || upper === 'CAP_ALL') return 'ALL';
      const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
      if ((capabilityNames as readonly string[]).includes(name)) return name;
      throw new GantryError({
        kind: 'invalid',
        code: 'capability',
        message: `invalid ${field}: unknown capability: ${JSON.stringify(name)}`,
        hint: 'See capabilities(7) for the names; the prefix CAP_ may be left out.',
      });
    }),
  );
}
