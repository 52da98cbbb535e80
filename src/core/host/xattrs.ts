import { callWithPath, checked, lastErrno, libcFunction } from './libc.ts';
import { pathArgument } from './path-argument.ts';
import { errnoName, systemError } from './system-error.ts';

/** A file by its path, or one that is open: a descriptor. Bytes are for names that are not UTF-8. */
export type XattrTarget = string | Uint8Array | number;

/**
 * Value of an extended attribute of a file, never of what a symbolic link points to. Undefined when it has none of
 * that name, or its file system has no attributes. `name` is whole: `security.capability`, `trusted.overlay.opaque`.
 */
export function getXattr(target: XattrTarget, name: string | Uint8Array): Uint8Array | undefined {
  const key = pathArgument(name);
  return read(
    (buffer) =>
      typeof target === 'number'
        ? getOpenCall(target, key, buffer, buffer.length)
        : getCall(pathArgument(target), key, buffer, buffer.length),
    'lgetxattr',
    target,
  );
}

/** Names of all extended attributes the caller may see. As `latin1`, each character stands for a byte. */
export function listXattrs(target: XattrTarget, encoding: 'utf8' | 'latin1' = 'utf8'): string[] {
  const names = read(
    (buffer) =>
      typeof target === 'number'
        ? listOpenCall(target, buffer, buffer.length)
        : listCall(pathArgument(target), buffer, buffer.length),
    'llistxattr',
    target,
  );
  if (names === undefined || names.length === 0) return [];
  return Buffer.from(names.buffer, names.byteOffset, names.length - 1)
    .toString(encoding)
    .split('\0');
}

/** Sets or replaces one. */
export function setXattr(
  path: string | Uint8Array,
  name: string | Uint8Array,
  value: Uint8Array | string,
): void {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  callWithPath(setCall, 'lsetxattr', path, pathArgument(name), bytes, bytes.length, 0);
}

/** Removes one; whether it was there. */
export function removeXattr(path: string | Uint8Array, name: string): boolean {
  const result = removeCall(pathArgument(path), name);
  if (result < 0 && errnoName(lastErrno()) === 'ENODATA') return false;
  checked(result, `lremovexattr ${name}`, path);
  return true;
}

/** Most values are small, the kernel's bound is 64 KiB. */
const scratch = new Uint8Array(64 * 1024);

function read(call: (buffer: Uint8Array) => number, syscall: string, target: XattrTarget) {
  const length = call(scratch);
  if (length >= 0) return scratch.slice(0, length);
  const errno = lastErrno();
  if (['ENODATA', 'EOPNOTSUPP'].includes(errnoName(errno))) return undefined;
  throw systemError(errno, syscall, typeof target === 'number' ? undefined : target);
}

const getCall = libcFunction('lgetxattr', ['const char *', 'const char *', 'void *', 'size_t'], 'int64_t');
const listCall = libcFunction('llistxattr', ['const char *', 'void *', 'size_t'], 'int64_t');
const getOpenCall = libcFunction('fgetxattr', ['int', 'const char *', 'void *', 'size_t'], 'int64_t');
const listOpenCall = libcFunction('flistxattr', ['int', 'void *', 'size_t'], 'int64_t');
const setCall = libcFunction('lsetxattr', ['const char *', 'const char *', 'void *', 'size_t', 'int']);
const removeCall = libcFunction('lremovexattr', ['const char *', 'const char *']);
