import { callWithPath, checked, libcFunction } from './libc.ts';

/** Seconds since 1970, also negative, and nanoseconds below a thousand million. */
export interface FileTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Sets both times of a file, or of a symbolic link itself, to the nanosecond; Node's own calls go through a double
 * and are off by some hundred. Undefined leaves a time as it is.
 */
export function setFileTimes(
  path: string | Uint8Array,
  times: { readonly accessed?: FileTime | undefined; readonly modified?: FileTime | undefined },
): void {
  put(0, times.accessed);
  put(2, times.modified);
  const atWorkingFolder = -100;
  const noFollow = 0x100;
  callWithPath(
    (target, ...rest) => utimensatCall(atWorkingFolder, target!, ...rest),
    'utimensat',
    path,
    spec,
    noFollow,
  );
}

/** The same of an open file, which spares finding it again. */
export function setOpenFileTimes(
  fd: number,
  { accessed, modified }: Readonly<Record<'accessed' | 'modified', FileTime>>,
): void {
  put(0, accessed);
  put(2, modified);
  checked(futimensCall(fd, spec), 'futimens');
}

/** Splits what `lstat` with `bigint: true` calls `mtimeNs`. */
export function fileTime(nanoseconds: bigint): FileTime {
  const thousandMillion = 1_000_000_000n;
  let seconds = nanoseconds / thousandMillion;
  if (seconds * thousandMillion > nanoseconds) seconds--;
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds - seconds * thousandMillion) };
}

/** Whole seconds since 1970. */
export function wholeSeconds(seconds: number): FileTime {
  return { seconds: Math.floor(seconds), nanoseconds: 0 };
}

/** `struct timespec[2]`, used over and over: calls are synchronous and each thread has its own. */
const spec = new BigInt64Array(4);
const omit = (1n << 30n) - 2n;

function put(index: 0 | 2, time: FileTime | undefined): void {
  spec[index] = time === undefined ? 0n : BigInt(time.seconds);
  spec[index + 1] = time === undefined ? omit : BigInt(time.nanoseconds);
}

const futimensCall = libcFunction('futimens', ['int', 'void *']);
const utimensatCall = libcFunction('utimensat', ['int', 'const char *', 'void *', 'int']);
