import { fstatSync } from 'node:fs';

/**
 * Whether a descriptor is a terminal. `node:tty` knows, but brings all of `node:net` with it: it is asked only about
 * character devices that are neither pseudo-terminals (majors 136 to 143, kernel `devices.txt`) nor `/dev/null` and
 * its like (major 1).
 */
export function isTerminal(fd: number): boolean {
  let rdev: number;
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice()) return false;
    rdev = stat.rdev;
  } catch {
    return false;
  }
  const major = (rdev >> 8) & 0xfff;
  if (major >= 136 && major <= 143) return true;
  return major !== 1 && process.getBuiltinModule('node:tty').isatty(fd);
}
