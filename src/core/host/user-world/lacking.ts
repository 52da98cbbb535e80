import { findBinary } from '../find-binary.ts';
import { readSysctl } from '../sysctl.ts';
import { hasSingleId, ownIdMap } from '../user-namespace.ts';
import { freeSubordinateStart } from './subordinate-ids.ts';

/** What this machine does not give the containers of a normal user, one line each, with how to get it. From inside. */
export function lackingInWorld(): readonly string[] {
  const firstPort = Number(readSysctl('net/ipv4/ip_unprivileged_port_start') ?? 1024);
  return [
    ...(hasSingleId() ? [`one user only in containers, root, who is you: as root: ${lendingCommand()}`] : []),
    ...(firstPort > 80
      ? [`no published ports below ${firstPort}: as root: sysctl -w net.ipv4.ip_unprivileged_port_start=80`]
      : []),
  ];
}

/** What root types to lend IDs to this user, who is root here. The world is made anew with them once nothing runs in it. */
export function lendingCommand(): string {
  const uid = ownIdMap('uid').find(({ inside }) => inside === 0)?.outside;
  const install = findBinary('newuidmap') === undefined ? 'apt-get install uidmap; ' : '';
  return `${install}echo ${uid}:${freeSubordinateStart()}:65536 | tee -a /etc/subuid /etc/subgid`;
}
