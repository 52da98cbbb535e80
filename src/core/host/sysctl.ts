import { readFileSync, writeFileSync } from 'node:fs';
import { isErrno } from './system-error.ts';

/**
 * Sets a kernel parameter (`net/ipv4/ip_forward`), of the network namespace the thread is in where it is one of those;
 * writes only what is not so already. False: there is no such parameter, or it cannot be written here.
 */
export function setSysctl(name: string, value: string): boolean {
  const path = `/proc/sys/${name}`;
  try {
    if (readFileSync(path, 'latin1').trim() !== value) writeFileSync(path, value);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EROFS')) return false;
    throw error;
  }
}

/** Its value; undefined: there is no such parameter. */
export function readSysctl(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'latin1').trim();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
