import { type Digest, isDigest } from '../../oci/digest.ts';
import { defaultLimits } from '../layers/default-limits.ts';
import { layerPath } from '../layers/layer-path.ts';
import { displayText } from '../layers/tar/byte-string.ts';
import type { TarEntry } from '../layers/tar/tar-entry.ts';

/** Files and links of one archive at most. */
export const mostArchivedFiles = 100_000;
const mostSteps = 20;

/** The name of a file in an image archive, in its normal form. It does not become a path on disk. */
export function archiveName(path: string): string {
  return displayText(layerPath(path, defaultLimits));
}

/** The digest a file called `blobs/sha256/HEX` must have. */
export function blobDigest(path: string): Digest | undefined {
  const match = /^blobs\/(sha256|sha512)\/([a-f0-9]+)$/.exec(path);
  const digest = match === null ? '' : `${match[1]}:${match[2]}`;
  return isDigest(digest) ? (digest as Digest) : undefined;
}

/** The links of an archive: Docker's have them from layer to layer. */
export class ArchiveLinks {
  readonly #links = new Map<string, string>();

  get count(): number {
    return this.#links.size;
  }

  /** Keeps it, if it is one. */
  add({ path, type, linkPath }: Pick<TarEntry, 'path' | 'type' | 'linkPath'>): void {
    const name = archiveName(path);
    if (type === 'symlink') this.#links.set(name, archiveName(resolveLink(name, linkPath)));
    else if (type === 'hardlink') this.#links.set(name, archiveName(linkPath));
  }

  /** Where a name leads: to a file, if any. */
  resolve(name: string, isFile: (name: string) => boolean): string {
    let at = name.replace(/^(?:\.\/)+/, '');
    for (let steps = 0; steps < mostSteps && !isFile(at); steps += 1) {
      const target = this.#links.get(at);
      if (target === undefined) break;
      at = target;
    }
    return at;
  }
}

/** They are relative to the folder they lie in (`../ID/layer.tar`). */
function resolveLink(from: string, target: string): string {
  if (target.startsWith('/')) return target;
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
