import { readFileSync, readlinkSync } from 'node:fs';
import { LayeredTree } from '../../../src/core/build/tree/layered-tree.ts';
import type { CoreServices } from '../../../src/core/core-services.ts';
import { sha256 } from '../../../src/oci/sha256.ts';

/** Longer files are known by their digest. */
const shownBytes = 256;

/**
 * All an image is, but its times and history, a line a fact: `/path 644 0:0 content` a file (attributes and the first of
 * its links behind), `Env A=b` a field of its configuration.
 */
export function imageFacts(services: CoreServices, reference: string): readonly string[] {
  const image = services.images.resolve(reference);
  const { config = {}, os, architecture, variant } = image.config;
  const facts = [`Platform ${[os, architecture, variant].filter(Boolean).join('/')}`];
  for (const [key, value] of Object.entries(config)) {
    if (key === 'Env') facts.push(...(value as readonly string[]).map((entry) => `Env ${entry}`));
    else if (!isEmpty(value)) facts.push(`${key} ${JSON.stringify(inOrder(value))}`);
  }
  if (image.topChainId !== undefined) {
    facts.push(...fileFacts(new LayeredTree(services.snapshots.mountPlan(image.topChainId), 'image')));
  }
  return facts.toSorted();
}

function fileFacts(tree: LayeredTree): readonly string[] {
  const facts: string[] = [];
  const twins = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of tree.list(folder)) {
      const { path, hostPath, stats } = entry;
      const mode = (stats.mode & 0o7777).toString(8);
      const attributes = [...tree.attributes(entry)].map(
        ([name, value]) => ` ${name}=${Buffer.from(value).toString('hex')}`,
      );
      const inode = `${stats.dev}:${stats.ino}`;
      const twin = stats.isFile() && stats.nlink > 1 ? twins.get(inode) : undefined;
      if (!twins.has(inode)) twins.set(inode, path);
      const what = twin === undefined ? contentOf(hostPath, stats) : `= /${twin}`;
      facts.push(`/${path} ${mode} ${stats.uid}:${stats.gid} ${what}${attributes.join('')}`);
      if (stats.isDirectory()) visit(path);
    }
  };
  visit('');
  return facts;
}

function contentOf(path: string, stats: ReturnType<LayeredTree['list']>[number]['stats']): string {
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  if (!stats.isFile()) return stats.isFIFO() ? 'pipe' : `device ${stats.rdev}`;
  return stats.size <= shownBytes
    ? readFileSync(path, 'latin1')
    : `${stats.size} bytes ${sha256(readFileSync(path))}`;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
