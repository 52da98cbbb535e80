import { checked, libcFunction } from './libc.ts';

/** Target of a symbolic link that was opened itself (`O_PATH` and `O_NOFOLLOW`), as the bytes it is. */
export function readOpenLink(fd: number): Uint8Array {
  const target = new Uint8Array(mostBytes);
  return target.slice(0, checked(readlinkatCall(fd, '', target, target.length), 'readlinkat'));
}

/** Linux has no longer paths. */
const mostBytes = 4096;

const readlinkatCall = libcFunction('readlinkat', ['int', 'const char *', 'void *', 'size_t'], 'int64_t');
