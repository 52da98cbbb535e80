import {
  type BigIntStats,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { getXattr, listXattrs } from '../host/xattrs.ts';
import { type ByteString, byteString, displayText, pathOf } from '../layers/tar/byte-string.ts';

/**
 * The first difference between two unpacked layers, as `etc/passwd: mode`; undefined: they are the same. Names,
 * types, owners, modes, attributes, targets, contents; times of all but folders, whose time changes as they are filled.
 */
export function compareTrees(left: string, right: string): string | undefined {
  return compareFolders(byteString(left), byteString(right), '');
}

function compareFolders(left: ByteString, right: ByteString, prefix: string): string | undefined {
  const names = new Set(namesIn(left));
  const others = new Set(namesIn(right));
  const [missing] = names.difference(others);
  if (missing !== undefined) return `${displayText(prefix + missing)} is missing`;
  const [added] = others.difference(names);
  if (added !== undefined) return `${displayText(prefix + added)} was added`;
  for (const name of names) {
    const path = `${prefix}${name}`;
    const difference = compareFiles(`${left}/${name}`, `${right}/${name}`, path);
    if (difference === undefined) continue;
    return difference.startsWith('/') ? `${displayText(path)}: ${difference.slice(1)}` : difference;
  }
  return undefined;
}

/** What differs, after a slash; or a difference deeper down, whole. */
function compareFiles(left: ByteString, right: ByteString, path: ByteString): string | undefined {
  const [a, b] = [statOf(left), statOf(right)];
  if ((a.mode & typeBits) !== (b.mode & typeBits)) return '/type';
  if (a.mode !== b.mode) return '/mode';
  if (a.uid !== b.uid || a.gid !== b.gid) return '/owner';
  if (a.rdev !== b.rdev) return '/device';
  if (xattrsOf(left) !== xattrsOf(right)) return '/attributes';
  if (a.isDirectory()) return compareFolders(left, right, `${path}/`);
  if (a.size !== b.size) return '/size';
  if (a.isCharacterDevice() && a.rdev === 0n) return undefined;
  if (a.mtimeNs !== b.mtimeNs) return '/time';
  if (a.isSymbolicLink()) return linkOf(left) === linkOf(right) ? undefined : '/target';
  return a.isFile() && !haveSameBytes(left, right) ? '/content' : undefined;
}

const typeBits = 0o170000n;
const buffers = [Buffer.alloc(1024 * 1024), Buffer.alloc(1024 * 1024)] as const;

/** Of two files of one size. */
function haveSameBytes(left: ByteString, right: ByteString): boolean {
  using files = new DisposableStack();
  const [a, b] = [left, right].map((path) => files.adopt(openSync(pathOf(path), 'r'), closeSync));
  for (;;) {
    const read = readSync(a as number, buffers[0]);
    if (read === 0) return true;
    let matched = 0;
    while (matched < read) {
      const more = readSync(b as number, buffers[1], matched, read - matched, null);
      if (more === 0) return false;
      matched += more;
    }
    if (!buffers[0].subarray(0, read).equals(buffers[1].subarray(0, read))) return false;
  }
}

function xattrsOf(path: ByteString): string {
  return listXattrs(pathOf(path))
    .filter((name) => !bookkeeping.has(name))
    .sort()
    .map((name) => `${name}=${Buffer.from(getXattr(pathOf(path), name) ?? []).toString('hex')}`)
    .join();
}

/** What the kernel notes for itself when a layer is mounted. */
const bookkeeping: ReadonlySet<string> = new Set(['trusted.overlay.origin', 'trusted.overlay.impure']);

function statOf(path: ByteString): BigIntStats {
  return lstatSync(pathOf(path), { bigint: true });
}

function linkOf(path: ByteString): string {
  return readlinkSync(pathOf(path), 'latin1');
}

function namesIn(dir: ByteString): readonly ByteString[] {
  return readdirSync(pathOf(dir), 'latin1').sort();
}
