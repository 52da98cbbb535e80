import { readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { pathBytes } from '../../host/path-text.ts';
import type { MountPlan } from '../../snapshots/snapshotter.ts';
import { keptAttributes } from '../tree/kept-attributes.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';

/**
 * A runtime makes what it mounts on where that is missing: empty files and folders, which would end up in the layer.
 * Made before a step, it knows what was missing; `clear` removes what is still empty, and folders that got into the
 * layer only for their sake (BuildKit, `MountStubsCleaner`).
 *
 * The step may have put a symbolic link in the place of any parent of a stub: nothing below a link is looked at, or a
 * Dockerfile could have files of the host removed (CVE-2024-23652).
 */
export class MountStubs {
  readonly #plan: MountPlan;
  readonly #upperDir: string;
  /** Below the root, parents before children. */
  readonly #missing: ReadonlySet<string>;

  /** `targets` are absolute paths of mounts. `tree` is the stage before the step. */
  constructor(plan: MountPlan, upperDir: string, tree: LayeredTree, targets: readonly string[]) {
    this.#plan = plan;
    this.#upperDir = upperDir;
    const missing = new Set<string>();
    for (const target of targets) {
      const path = resolveInTree(tree, target);
      for (let at = path.indexOf('/'); ; at = path.indexOf('/', at + 1)) {
        const part = at < 0 ? path : path.slice(0, at);
        if (part !== '' && tree.lookup(part) === undefined) missing.add(part);
        if (at < 0) break;
      }
    }
    this.#missing = missing;
  }

  /** Call it when the step has ended. */
  clear(): void {
    const upper = new LayeredTree(
      { kind: 'folder', folder: this.#upperDir, lower: [], upper: undefined, work: undefined },
      'layer',
    );
    const parents = new Set<string>();
    for (const path of [...this.#missing].sort().reverse()) {
      if (!removeEmpty(upper, path)) continue;
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (!this.#missing.has(parent)) parents.add(parent);
    }
    if (this.#plan.kind !== 'overlay') return;
    const lower = new LayeredTree({ ...this.#plan, upper: undefined, work: undefined }, 'layers below');
    for (const parent of parents) {
      for (let path = parent; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
        if (!isCopyOnly(upper, lower, path) || !removeEmpty(upper, path)) break;
      }
    }
  }
}

function removeEmpty(upper: LayeredTree, path: string): boolean {
  const entry = upper.lookup(path);
  if (entry?.stats.isDirectory() === true) {
    if (readdirSync(pathBytes(entry.hostPath)).length > 0) return false;
    rmdirSync(pathBytes(entry.hostPath));
    return true;
  }
  if (entry?.stats.isFile() !== true || entry.stats.size > 0) return false;
  unlinkSync(pathBytes(entry.hostPath));
  return true;
}

/** Whether a folder of the upper layer says nothing that the one below does not. */
function isCopyOnly(upper: LayeredTree, lower: LayeredTree, path: string): boolean {
  const copy = upper.lookup(path);
  const below = lower.lookup(path);
  if (copy?.stats.isDirectory() !== true || below?.stats.isDirectory() !== true) return false;
  const { mode, uid, gid } = below.stats;
  if (copy.stats.mode !== mode || copy.stats.uid !== uid || copy.stats.gid !== gid) return false;
  return describe(keptAttributes(copy.hostPath)) === describe(keptAttributes(below.hostPath));
}

function describe(attributes: ReadonlyMap<string, Uint8Array>): string {
  return [...attributes].map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`).join(' ');
}
