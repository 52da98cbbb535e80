import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { pathInside } from '../../src/core/host/path-inside.ts';
import { getXattr, listXattrs } from '../../src/core/host/xattrs.ts';
import { sha256 } from '../../src/oci/sha256.ts';

/** All a tree below a folder is, a line a name, in order: two trees are the same when these are. Names are bytes. */
export function treeFacts(root: string): readonly string[] {
  const groups = new Map<string, string>();
  const facts: string[] = [];
  const visit = (dir: Buffer, prefix: string): void => {
    const names = readdirSync(dir, { encoding: 'buffer' }).sort(Buffer.compare);
    for (const bytes of names) {
      const full = pathInside(dir, bytes);
      const name = `${prefix}${bytes.toString('latin1')}`;
      const stat = lstatSync(full, { bigint: true });
      const inode = `${stat.dev}:${stat.ino}`;
      const link = stat.isDirectory() ? '' : (groups.get(inode) ?? '');
      if (!groups.has(inode)) groups.set(inode, name);
      const owner = `${stat.uid}:${stat.gid}`;
      const device = stat.isCharacterDevice() || stat.isBlockDevice() ? stat.rdev : '';
      const facts1 = [name, stat.mode.toString(8), owner, stat.mtimeNs, device, link && `= ${link}`];
      facts.push([...facts1, contentOf(full, stat), ...xattrsOf(full)].join(' '));
      if (stat.isDirectory()) visit(full, `${name}/`);
    }
  };
  visit(Buffer.from(root), '');
  return facts;
}

function contentOf(
  path: Buffer,
  stat: { isFile(): boolean; isSymbolicLink(): boolean; size: bigint },
): string {
  if (stat.isSymbolicLink()) return readlinkSync(path, { encoding: 'latin1' });
  return stat.isFile() ? `${stat.size} ${sha256(readFileSync(path)).slice(7, 19)}` : '';
}

function xattrsOf(path: Buffer): readonly string[] {
  return listXattrs(path, 'latin1')
    .filter((name) => !name.includes('.overlay.'))
    .sort()
    .map((name) => {
      const value = getXattr(path, Buffer.from(name, 'latin1')) ?? [];
      return `${name}=${Buffer.from(value).toString('hex')}`;
    });
}
