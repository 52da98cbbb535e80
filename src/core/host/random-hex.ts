import { closeSync, openSync, readSync } from 'node:fs';

/** Random lower-case hexadecimal digits, two a byte. Without `node:crypto`, whose loading would double a command's start. */
export function randomHex(bytes: number): string {
  const fd = openSync('/dev/urandom', 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    readSync(fd, buffer);
    return buffer.toString('hex');
  } finally {
    closeSync(fd);
  }
}
