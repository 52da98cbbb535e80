import { accessSync, constants } from 'node:fs';
import { findBinary } from '../find-binary.ts';

/** What keeps a user's containers from having a network, and how to get it; undefined: nothing. */
export function lackingUplink(): { readonly what: string; readonly mend: string } | undefined {
  if (findBinary('slirp4netns') === undefined) {
    return { what: 'slirp4netns is missing', mend: 'as root: apt-get install slirp4netns' };
  }
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return { what: 'you may not open /dev/net/tun', mend: 'as root: modprobe tun; chmod 666 /dev/net/tun' };
  }
}
