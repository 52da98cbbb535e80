import { callWithPath, systemCall } from './libc.ts';
import { isErrno } from './system-error.ts';

/**
 * Opens a path as if the folder `rootFd` were `/`: symbolic links, absolute ones too, and `..` cannot lead out of it
 * (openat2(2), `RESOLVE_IN_ROOT`). `flags` are those of `fs.constants`. Returns a descriptor. Throws the system error.
 */
export function openInRoot(rootFd: number, path: string | Uint8Array, flags: number, mode = 0): number {
  return openResolved(rootFd, path, flags, mode, resolve.inRoot | resolve.noMagicLinks);
}

/** Opens a path below a folder that goes through no symbolic link at all; one in the way is `ELOOP`. */
export function openBeneath(folderFd: number, path: string | Uint8Array, flags: number): number {
  return openResolved(folderFd, path, flags, 0, resolve.beneath | resolve.noLinks | resolve.noMagicLinks);
}

/** Opens an absolute path that goes through no symbolic link at all; one in the way is `ELOOP`. */
export function openWithoutLinks(path: string | Uint8Array, flags: number): number {
  return openResolved(here, path, flags, 0, resolve.noLinks | resolve.noMagicLinks);
}

function openResolved(
  folderFd: number,
  path: string | Uint8Array,
  flags: number,
  mode: number,
  how: bigint,
): number {
  const closeOnExec = 0o2000000;
  const request = new BigUint64Array([BigInt(flags | closeOnExec), BigInt(mode), how]);
  const call = (): number =>
    callWithPath(
      (target, ...rest) => openat2Call(folderFd, target!, ...rest),
      'openat2',
      path,
      request,
      request.byteLength,
    );
  for (let left = raceAttempts; ; left -= 1) {
    try {
      return call();
    } catch (error) {
      // Something was renamed or mounted at the same time: the kernel will not vouch for the way it took.
      if (!isErrno(error, 'EAGAIN') || left === 0) throw error;
    }
  }
}

/** `AT_FDCWD`; an absolute path begins elsewhere. */
const here = -100;
const raceAttempts = 32;
/** Bits of `open_how.resolve`. */
const resolve = { noMagicLinks: 0x02n, noLinks: 0x04n, beneath: 0x08n, inRoot: 0x10n };
const openat2Call = systemCall(437, ['int', 'const char *', 'void *', 'size_t']);
