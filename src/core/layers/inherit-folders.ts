import { chmodSync, lchownSync, lstatSync, type Stats } from 'node:fs';
import { fileTime, setFileTimes } from '../host/file-times.ts';
import { getXattr, listXattrs, setXattr } from '../host/xattrs.ts';
import { type ByteString, byteString, pathOf } from './tar/byte-string.ts';

/**
 * Gives folders that a layer used without describing them what the layers below say of them; else `/tmp` would lose
 * its 1777 to a layer that only brings `/tmp/x`.
 *
 * @param implied paths below `targetDir`, parents before children.
 * @param lowerDirs folders of the layers below, top first.
 */
export function inheritFolders(
  targetDir: string,
  implied: readonly ByteString[],
  lowerDirs: readonly string[],
): void {
  for (const path of [...implied].reverse()) {
    const model = findFolder(path, lowerDirs);
    if (model === undefined) continue;
    const target = pathOf(`${byteString(targetDir)}/${path}`);
    const stat = lstatSync(model, { bigint: true });
    lchownSync(target, Number(stat.uid), Number(stat.gid));
    for (const name of listXattrs(model)) {
      const value = name.includes('.overlay.') ? undefined : getXattr(model, name);
      if (value !== undefined) setXattr(target, name, value);
    }
    chmodSync(target, Number(stat.mode & 0o7777n));
    setFileTimes(target, { accessed: fileTime(stat.atimeNs), modified: fileTime(stat.mtimeNs) });
  }
}

/** The topmost layer that has anything of that name decides. No symbolic link is followed. */
function findFolder(path: ByteString, lowerDirs: readonly string[]): string | Buffer | undefined {
  for (const dir of lowerDirs) {
    let at = byteString(dir);
    let stat: Stats | undefined;
    for (const part of path.split('/')) {
      at = `${at}/${part}`;
      stat = lstatSync(pathOf(at), { throwIfNoEntry: false });
      if (stat === undefined || !stat.isDirectory()) break;
    }
    if (stat !== undefined) return stat.isDirectory() ? pathOf(at) : undefined;
  }
  return undefined;
}
