import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyTree } from '../../../src/core/host/copy-tree.ts';
import { mountOverlay } from '../../../src/core/host/overlay-mount.ts';
import { removeTree } from '../../../src/core/host/remove-tree.ts';
import { setXattr } from '../../../src/core/host/xattrs.ts';
import { applyLayer } from '../../../src/core/layers/apply-layer.ts';
import { packLayer } from '../../../src/core/layers/diff-layer.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { treeFacts } from '../../support/tree-facts.ts';

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

/** What people and programs do to a tree. What cannot be done where it falls fails, and the next is tried. */
const deeds = {
  write(target: string, number: number) {
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, `written ${number}`);
  },
  append: (target: string) => appendFileSync(target, 'more'),
  truncate: (target: string) => truncateSync(target, 3),
  makeFolder: (target: string) => mkdirSync(target, { recursive: true }),
  remove: (target: string) => rmSync(target, { recursive: true }),
  renew(target: string) {
    rmSync(target, { recursive: true });
    mkdirSync(target);
    writeFileSync(join(target, 'new'), 'new');
  },
  turnIntoFile(target: string) {
    rmSync(target, { recursive: true, force: true });
    writeFileSync(target, 'a file now');
  },
  rename: (target: string, _: number, other: string) => renameSync(target, other),
  link: (target: string, _: number, other: string) => linkSync(target, other),
  linkSymbolically: (target: string, number: number) => symlinkSync(`to/${number}`, target),
  chmod: (target: string, number: number) => isLink(target) || chmodSync(target, number),
  chown: (target: string, number: number) => lchownSync(target, number, number),
  touch: (target: string, number: number) => lutimesSync(target, number, number + 0.5),
  mark: (target: string, number: number) => setXattr(target, 'user.number', String(number)),
} as const;

const edit = fc.record({
  deed: fc.constantFrom(...(Object.keys(deeds) as (keyof typeof deeds)[])),
  path,
  other: path,
  number: fc.nat(1000),
});
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

function isLink(target: string): boolean {
  return lstatSync(target).isSymbolicLink();
}

function performAll(root: string, edits: readonly Edit[]): void {
  for (const { deed, path: at, other, number } of edits) {
    try {
      deeds[deed](join(root, at), number, join(root, other));
    } catch (error) {
      expect(error).toHaveProperty('code');
    }
  }
}

/** The same by GNU tar: what the layer deletes, or changes in kind, goes first. */
function applyByTar(layer: string, target: string): void {
  const listed = execFileSync('tar', ['-tvf', layer, '--numeric-owner'], { encoding: 'utf8' });
  for (const line of listed.trim().split('\n').filter(Boolean)) {
    const isFolder = line.startsWith('d');
    const member = (/ \d\d:\d\d (.*?)(?: -> .*| link to .*)?$/.exec(line)?.[1] ?? '').replace(/\/$/, '');
    const [dir, base] = [join(target, member, '..'), member.split('/').at(-1) ?? ''];
    if (base === '.wh..wh..opq') {
      for (const inside of readdirSync(dir)) rmSync(join(dir, inside), { recursive: true });
    } else if (base.startsWith('.wh.')) {
      rmSync(join(dir, base.slice(4)), { recursive: true, force: true });
    } else {
      const found = lstatSync(join(target, member), { throwIfNoEntry: false });
      if (found !== undefined && found.isDirectory() !== isFolder)
        rmSync(join(target, member), { recursive: true });
      // Opaque marks come right after their folder, so what hides is there before what is hidden goes.
      if (isFolder) mkdirSync(join(target, member), { recursive: true });
    }
  }
  const options = [
    '--numeric-owner',
    '--xattrs',
    '--xattrs-include=*',
    '-p',
    '--same-owner',
    '--exclude=.wh.*',
  ];
  execFileSync('tar', ['-xf', layer, ...options, '-C', target]);
}

describe('a layer made by random edits on overlayfs', () => {
  it('gives what the kernel shows, unpacked in either form or by GNU tar', async () => {
    using folder = tempFolder();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 25 }),
        fc.array(edit, { minLength: 1, maxLength: 25 }),
        async (below, edits) => {
          const dir = folder.at(String(round++));
          const at = (part: string) => join(dir, part);
          for (const part of ['lower', 'upper', 'work', 'merged', 'upper2', 'work2', 'copy', 'tar']) {
            mkdirSync(at(part), { recursive: true });
          }
          performAll(at('lower'), below);
          const seen = changeByOverlay(
            { lower: at('lower'), upper: at('upper'), work: at('work'), merged: at('merged') },
            edits,
          );
          const packing = packLayer({ layerDir: at('upper') }, { compression: 'none' });
          const chunks: Uint8Array[] = [];
          for await (const chunk of packing.chunks) chunks.push(chunk);
          writeFileSync(at('layer'), Buffer.concat(chunks));

          await applyLayer({ path: at('layer') }, at('upper2'), {
            whiteouts: 'overlay',
            lowerDirs: [at('lower')],
          });
          expect(
            changeByOverlay(
              { lower: at('lower'), upper: at('upper2'), work: at('work2'), merged: at('merged') },
              [],
            ),
          ).toEqual(seen);

          await copyTree(at('lower'), at('copy'));
          await applyLayer(Readable.from(chunks), at('copy'), { whiteouts: 'delete' });
          expect(treeFacts(at('copy'))).toEqual(seen);

          await copyTree(at('lower'), at('tar'));
          applyByTar(at('layer'), at('tar'));
          expect(treeFacts(at('tar'))).toEqual(seen);
          await removeTree(dir);
        },
      ),
      { numRuns: 25 },
    );
  });
});

function changeByOverlay(
  { lower, upper, work, merged }: Readonly<Record<'lower' | 'upper' | 'work' | 'merged', string>>,
  edits: readonly Edit[],
): readonly string[] {
  mountOverlay({ lower: [lower], upper, work, target: merged });
  try {
    performAll(merged, edits);
    return treeFacts(merged);
  } finally {
    execFileSync('umount', [merged]);
  }
}
