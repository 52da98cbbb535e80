import { readdirSync, readlinkSync } from 'node:fs';
import { pathBytes, pathText } from './path-text.ts';

/** Names of what is in a folder, in no order, as {@link pathText}. Throws the system error. */
export function folderNames(path: string): string[] {
  const where = pathBytes(path);
  const names = readdirSync(where);
  // Most are UTF-8, and strings are read three times as fast as bytes.
  if (!names.some((name) => name.includes('\ufffd'))) return names;
  return readdirSync(where, { encoding: 'buffer' }).map(pathText);
}

/** Where a symbolic link leads, as {@link pathText}. Throws the system error. */
export function linkTarget(path: string): string {
  return pathText(readlinkSync(pathBytes(path), { encoding: 'buffer' }));
}
