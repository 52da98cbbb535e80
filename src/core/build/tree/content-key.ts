import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import type { Pacer } from './pacer.ts';
import type { SelectedEntry, Selection } from './selection.ts';

/** Digest of a regular file's bytes, 64 hexadecimal digits. */
export type FileDigest = (entry: SelectedEntry) => Promise<string> | string;

/**
 * What a COPY of these sources depends on: names, types, modes, link targets, attributes and content; never times
 * (BuildKit, cache/contenthash). `owners` adds user and group: they are kept from stages, not from the context.
 */
export async function contentKey(
  selections: readonly Selection[],
  options: { readonly owners: boolean; readonly digest: FileDigest; readonly pacer: Pacer },
): Promise<string> {
  const hash = createHash('sha256');
  for (const { tree, name, entries } of selections) {
    hash.update(`source ${JSON.stringify(name)}\n`);
    for (const entry of entries) {
      const { stats } = entry;
      const owner = options.owners ? `${stats.uid}:${stats.gid}` : '';
      let line = `${JSON.stringify(entry.relative)} ${stats.mode} ${owner} ${stats.rdev}`;
      if (stats.isFile()) {
        const digest = options.digest(entry);
        line += ` ${typeof digest === 'string' ? digest : await digest}`;
      } else if (stats.isSymbolicLink()) {
        line += ` ${JSON.stringify(readlinkSync(entry.hostPath))}`;
      }
      for (const [attribute, value] of tree.attributes(entry)) {
        line += ` ${attribute}=${Buffer.from(value).toString('hex')}`;
      }
      hash.update(`${line}\n`);
      if (options.pacer.isDue) await options.pacer.rest();
    }
  }
  return hash.digest('hex');
}
