import { callWithPath, systemCall } from './libc.ts';

/**
 * Opens a path as if the folder `rootFd` were `/`: symbolic links, absolute ones too, and `..` cannot lead out of it
 * (openat2(2), `RESOLVE_IN_ROOT`). `flags` are those of `fs.constants`. Returns a descriptor. Throws the system error.
 */
export function openInRoot(rootFd: number, path: string | Uint8Array, flags: number, mode = 0): number {
  const resolveInRoot = 0x10n;
  const noMagicLinks = 0x02n;
  const closeOnExec = 0o2000000;
  const how = new BigUint64Array([BigInt(flags | closeOnExec), BigInt(mode), resolveInRoot | noMagicLinks]);
  return callWithPath(
    (target, ...rest) => openat2Call(rootFd, target!, ...rest),
    'openat2',
    path,
    how,
    how.byteLength,
  );
}

const openat2Call = systemCall(437, ['int', 'const char *', 'void *', 'size_t']);
