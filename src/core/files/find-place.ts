import { constants, lstatSync, readlinkSync, type Stats } from 'node:fs';
import { openInRoot } from '../host/open-in-root.ts';
import { isErrno } from '../host/system-error.ts';
import { type HeldFolder, heldFolder, placeFlag } from '../layers/held-folder.ts';
import { type ByteString, byteString, pathOf } from '../layers/tar/byte-string.ts';

/** A path looked up inside a root: its folder, held, and its name there. */
export interface Place extends Disposable {
  readonly folder: HeldFolder;
  /** `.`: the folder itself. Never a path. */
  readonly name: ByteString;
  /** Of a link itself where links were not to be followed. Undefined: nothing is there. */
  readonly stats: Stats | undefined;
}

const mostLinks = 40;

/**
 * Looks a path up as if `rootFd` were `/`. Links on the way never lead out; the last component is followed where
 * `follow` says so, and a link to nothing then means the place it names. Undefined when a folder on the way is not
 * there. Throws the system error for anything else.
 */
export function findPlace(rootFd: number, path: string, follow: boolean): Place | undefined {
  let dir: ByteString = '/';
  let rest: ByteString = byteString(path);
  for (let links = 0; links <= mostLinks; links += 1) {
    const slash = rest.replace(/\/+$/, '').lastIndexOf('/');
    dir = joinIn(dir, slash < 0 ? '' : rest.slice(0, slash + 1));
    const name = rest.slice(slash + 1).replace(/\/+$/, '');
    const folder = openFolder(rootFd, dir);
    if (folder === undefined) return undefined;
    if (name === '' || name === '.') return found(folder, '.');
    if (name === '..') {
      folder[Symbol.dispose]();
      const parent = openFolder(rootFd, `${dir}/..`);
      return parent && found(parent, '.');
    }
    const place = found(folder, name);
    if (!follow || place.stats?.isSymbolicLink() !== true) return place;
    rest = readlinkSync(folder.path(name), { encoding: 'latin1' });
    place[Symbol.dispose]();
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links: ${path}`), { code: 'ELOOP' });
}

function found(folder: HeldFolder, name: ByteString): Place {
  try {
    const stats = lstatSync(folder.path(name), { throwIfNoEntry: false });
    return { folder, name, stats, [Symbol.dispose]: () => folder[Symbol.dispose]() };
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

function openFolder(rootFd: number, path: ByteString): HeldFolder | undefined {
  try {
    return heldFolder(openInRoot(rootFd, pathOf(path), placeFlag | constants.O_DIRECTORY));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Not normalised: after a link, `..` is the parent of where it led. */
function joinIn(dir: ByteString, path: ByteString): ByteString {
  return path.startsWith('/') ? path : `${dir}/${path}`;
}
