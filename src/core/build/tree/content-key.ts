import { createHash } from 'node:crypto';
import type { KnownContents } from './known-contents.ts';
import { isSourceGone, sourceChanged } from './open-source.ts';
import type { Pacer } from './pacer.ts';
import type { SelectedEntry, Selection } from './selection.ts';

/** Digest of a regular file's bytes, 64 hexadecimal digits. */
export type FileDigest = (entry: SelectedEntry) => Promise<string> | string;

export interface ContentKeyOptions {
  /** Whether user and group count: they are kept from stages, not from a context. */
  readonly owners: boolean;
  /** Gets to know what is seen. */
  readonly contents: KnownContents;
  /** Default: files are read. */
  readonly digest?: FileDigest;
  /** Of what was seen before; nothing is looked at again. */
  readonly isKnown?: boolean;
  readonly pacer: Pacer;
}

/**
 * What a COPY of these sources depends on: names, types, modes, link targets, attributes and content; never times
 * (BuildKit, cache/contenthash). What is gone since it was listed counts as if it had never been there.
 */
export async function contentKey(
  selections: readonly Selection[],
  { owners, contents, digest = contents.digest, isKnown = false, pacer }: ContentKeyOptions,
): Promise<string> {
  const hash = createHash('sha256');
  for (const { tree, name, entries } of selections) {
    hash.update(`source ${JSON.stringify(name)}\n`);
    for (const entry of entries) {
      if (contents.isGone(entry)) continue;
      const { stats } = entry;
      const owner = owners ? `${stats.uid}:${stats.gid}` : '';
      let line = `${JSON.stringify(entry.relative)} ${stats.mode} ${owner} ${stats.rdev}`;
      try {
        if (stats.isFile()) {
          const read = digest(entry);
          line += ` ${typeof read === 'string' ? read : await read}`;
        } else if (stats.isSymbolicLink()) {
          line += ` ${JSON.stringify(isKnown ? contents.link(entry) : contents.seeLink(entry))}`;
        }
        const attributes = isKnown ? contents.attributes(entry, tree) : contents.seeAttributes(entry, tree);
        for (const [attribute, value] of attributes) {
          line += ` ${attribute}=${Buffer.from(value).toString('hex')}`;
        }
      } catch (error) {
        if (!isSourceGone(error) || !contents.noteGone(entry)) throw error;
        continue;
      }
      hash.update(`${line}\n`);
      if (pacer.isDue) await pacer.rest();
    }
    contents.noteSeen(tree);
  }
  return hash.digest('hex');
}

/** The key again, of what `contents` has come to know since. */
export async function keyOfKnown(
  selections: readonly Selection[],
  { owners, contents, pacer }: Omit<ContentKeyOptions, 'digest' | 'isKnown'>,
): Promise<string> {
  for (const { tree } of selections) contents.noteSeen(tree);
  const digest = (entry: SelectedEntry): string => {
    const known = contents.get(entry);
    if (known === undefined) throw sourceChanged(entry);
    return known.digest;
  };
  return contentKey(selections, { owners, contents, digest, isKnown: true, pacer });
}
