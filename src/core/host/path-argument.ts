import { GantryError } from '../../base/gantry-error.ts';

/**
 * A path as C takes it. A NUL inside would silently cut it short and name another file, so it is refused. Bytes are
 * for names that are not UTF-8.
 */
export function pathArgument(path: string | Uint8Array): string | Uint8Array {
  if (typeof path === 'string') {
    if (path.includes('\0')) throw nulInPath();
    return path;
  }
  if (path.includes(0)) throw nulInPath();
  const terminated = new Uint8Array(path.length + 1);
  terminated.set(path);
  return terminated;
}

function nulInPath(): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'nul-in-path',
    message: 'a path must not contain a NUL byte',
  });
}
