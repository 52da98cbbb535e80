import { type Finding, ok } from './finding.ts';
import type { HostLook } from './host-look.ts';
import { programVersion } from './program-version.ts';

/**
 * Listing the tables shows both: the program is there, and the kernel answers it. `netns`: the network our rules are in,
 * where that is not this one.
 */
export async function nftables(look: HostLook, netns?: string): Promise<Finding> {
  const [version, tables] = await Promise.all([
    look.ask('nft', '--version'),
    netns === undefined
      ? look.ask('nft', 'list', 'tables')
      : look.ask('nsenter', `--net=${netns}`, '--', 'nft', 'list', 'tables'),
  ]);
  if (version === undefined || tables === undefined) {
    return {
      status: 'missing',
      found: 'no nft',
      meaning:
        'containers cannot reach other machines, and no port can be published; --network none and host work',
      mend: 'apt-get install nftables',
    };
  }
  const found = `nft ${programVersion(version.text)} (${version.path})`;
  if (tables.status === 0) return ok(found);
  return {
    status: 'missing',
    found: `${found}, but: ${tables.text.split('\n', 1)[0]}`,
    meaning:
      'containers cannot reach other machines, and no port can be published; --network none and host work',
    mend: look.uid === 0 ? 'load the kernel module: modprobe nf_tables' : 'run gantry as root: sudo gantry',
  };
}
