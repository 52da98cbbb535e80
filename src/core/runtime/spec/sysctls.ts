import { GantryError } from '../../../base/gantry-error.ts';

const ipcKeys = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** Docker's: every port may be bound without privilege, and every group may ping, where the network is its own. */
const networkDefaults = {
  'net.ipv4.ip_unprivileged_port_start': '0',
};

/**
 * Kernel settings of the container's own namespaces.
 * @throws GantryError `invalid` / `sysctl` for one that belongs to the whole host
 */
export function containerSysctls(
  asked: Readonly<Record<string, string>>,
  ownNetwork: boolean,
  highestGroup: number,
): Readonly<Record<string, string>> {
  for (const key of Object.keys(asked)) {
    if (key.startsWith('net.')) {
      if (ownNetwork) continue;
      throw bad(`sysctl '${key}' not allowed in host network namespace`);
    }
    if (!ipcKeys.has(key) && !key.startsWith('fs.mqueue.')) throw bad(`sysctl '${key}' is not allowed`);
  }
  return {
    ...(ownNetwork ? { ...networkDefaults, 'net.ipv4.ping_group_range': `0 ${highestGroup}` } : {}),
    ...asked,
  };
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'sysctl', message });
}
