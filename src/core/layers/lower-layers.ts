import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { openBeneath } from '../host/open-in-root.ts';
import { isErrno } from '../host/system-error.ts';
import { getXattr } from '../host/xattrs.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import { opaqueXattr } from './whiteout.ts';

/** A file of the layers below, opened without a right to its content (`O_PATH`), not followed if it is a link. */
export interface LowerFile extends Disposable {
  readonly fd: number;
  readonly stat: ReturnType<typeof statOf>;
  /** Opens it for reading; only regular files and folders. The descriptor is the caller's. */
  open(): number;
}

/**
 * The layers below the one that is written, as a mounted overlay would show them: what an upper layer deleted or hid is
 * not there. Opened before the thread is confined, looked into from inside; no symbolic link is ever followed.
 */
export class LowerLayers implements Disposable {
  readonly #layers: readonly number[];

  /** @param dirs folders of the layers, top first. */
  constructor(dirs: readonly string[]) {
    const opened: number[] = [];
    this.#layers = opened;
    try {
      for (const dir of dirs) opened.push(openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY));
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Undefined: the layers below show nothing of that name. `path` is clean, as `layerPath` makes it. */
  find(path: ByteString): LowerFile | undefined {
    for (const layer of this.#layers) {
      const found = lookInto(layer, path);
      if (found === 'hidden') return undefined;
      if (found !== 'absent') return found;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#layers) closeSync(fd);
  }
}

const pathOnly = 0o10000000;

/** `absent`: ask the layer below; `hidden`: neither here nor, as far as anybody sees, further below. */
function lookInto(layer: number, path: ByteString): LowerFile | 'absent' | 'hidden' {
  let isOpaque = false;
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const isLast = end === -1;
    const prefix = isLast ? path : path.slice(0, end);
    const fd = tryOpen(layer, prefix, pathOnly | constants.O_NOFOLLOW);
    if (fd === undefined) return isOpaque ? 'hidden' : 'absent';
    const stat = statOf(fd);
    if (isLast && !(stat.isCharacterDevice() && stat.rdev === 0n)) {
      return {
        fd,
        stat,
        open: () => openBeneath(layer, pathOf(prefix), constants.O_RDONLY | constants.O_NONBLOCK),
        [Symbol.dispose]: () => closeSync(fd),
      };
    }
    closeSync(fd);
    if (isLast || !stat.isDirectory()) return 'hidden';
    isOpaque ||= isOpaqueFolder(layer, prefix);
  }
}

function statOf(fd: number) {
  return fstatSync(fd, { bigint: true });
}

function isOpaqueFolder(layer: number, path: ByteString): boolean {
  const fd = openBeneath(layer, pathOf(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const value = getXattr(fd, opaqueXattr);
    return value !== undefined && Buffer.from(value).toString() === 'y';
  } finally {
    closeSync(fd);
  }
}

function tryOpen(layer: number, path: ByteString, flags: number): number | undefined {
  try {
    return openBeneath(layer, pathOf(path), flags);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
