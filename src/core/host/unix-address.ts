import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';

/**
 * Runs `call` with a `struct sockaddr_un` for the path. The structure ends at 108 bytes; a longer path goes by a
 * descriptor of its folder.
 */
export function withUnixAddress<T>(path: string, call: (address: Uint8Array, length: number) => T): T {
  if (Buffer.byteLength(path) <= longest) return call(...encode(path));
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return call(...encode(`/proc/thread-self/fd/${folder}/${basename(path)}`));
  } finally {
    closeSync(folder);
  }
}

export const unixFamily = 1;
const longest = 107;

function encode(path: string): [address: Uint8Array, length: number] {
  const bytes = Buffer.from(path);
  if (bytes.length > longest || bytes.includes(0)) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-socket-path',
      message: `not usable as a socket's path: ${path}`,
    });
  }
  const address = Buffer.alloc(110);
  address.writeUInt16LE(unixFamily, 0);
  bytes.copy(address, 2);
  return [address, 2 + bytes.length + 1];
}
