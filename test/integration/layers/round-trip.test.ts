import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, lstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeTree } from '../../../src/core/host/remove-tree.ts';
import { applyLayer } from '../../../src/core/layers/apply-layer.ts';
import { hashLayer, packLayer } from '../../../src/core/layers/diff-layer.ts';
import { type Planting, plant, planting } from '../../support/random-tree.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { treeFacts } from '../../support/tree-facts.ts';

async function copyByLayer(from: string, to: string): Promise<string> {
  const packing = packLayer({ layerDir: from }, { compression: 'none' });
  mkdirSync(to, { recursive: true });
  const { diffId } = await applyLayer(Readable.from(packing.chunks), to, { whiteouts: 'overlay' });
  expect((await packing.result).diffId).toBe(diffId);
  return diffId;
}

describe('a tree', () => {
  it('comes out of a layer as it went in, and gives the same layer again', async () => {
    using folder = tempFolder();
    const [from, to] = [folder.at('from'), folder.at('to')];
    await fc.assert(
      fc.asyncProperty(fc.array(planting, { minLength: 1, maxLength: 40 }), async (plantings) => {
        await removeTree(from);
        await removeTree(to);
        mkdirSync(from);
        plant(from, plantings);
        const facts = treeFacts(from);
        const diffId = await copyByLayer(from, to);
        expect(treeFacts(to)).toEqual(facts);
        expect((await hashLayer(to)).diffId).toBe(diffId);
      }),
      { numRuns: 30 },
    );
  });

  it('is read from our layer by GNU tar as we read it', async () => {
    using folder = tempFolder();
    const [from, to] = [folder.at('from'), folder.at('to')];
    await fc.assert(
      fc.asyncProperty(fc.array(planting, { minLength: 1, maxLength: 20 }), async (plantings) => {
        await removeTree(from);
        await removeTree(to);
        mkdirSync(from);
        mkdirSync(to);
        plant(from, plantings);
        const packing = packLayer({ layerDir: from }, { compression: 'none' });
        const chunks: Uint8Array[] = [];
        for await (const chunk of packing.chunks) chunks.push(chunk);
        const options = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '-p', '--same-owner'];
        execFileSync('tar', ['-x', ...options, '-C', to], {
          input: Buffer.concat(chunks),
          stdio: ['pipe', 'pipe', 'ignore'],
        });
        expect(treeFacts(to)).toEqual(treeFacts(from));
      }),
      { numRuns: 12 },
    );
  });

  it('is read from what GNU tar wrote, in each of its formats, as it was', async () => {
    using folder = tempFolder();
    const [from, to] = [folder.at('from'), folder.at('to')];
    await fc.assert(
      fc.asyncProperty(
        fc.array(planting, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('pax', 'gnu'),
        fc.boolean(),
        async (plantings, format, sparse) => {
          await removeTree(from);
          await removeTree(to);
          mkdirSync(from);
          mkdirSync(to);
          // What GNU tar cannot say is not asked of it: hard links of devices, and much in its own old format.
          const isPax = format === 'pax';
          const sayable = plantings.map((it): Planting => {
            const kind = it.kind === 'hardlink' ? 'file' : it.kind;
            return isPax ? { ...it, kind } : { ...it, kind, nanoseconds: 0, xattrs: [] };
          });
          plant(from, sayable);
          const options = [
            `--format=${format}`,
            '--numeric-owner',
            ...(isPax ? ['--xattrs'] : []),
            ...(sparse ? ['-S'] : []),
          ];
          const tar = execFileSync('tar', ['-c', ...options, '-C', from, '.'], { maxBuffer: 1e9 });
          await applyLayer(Readable.from([tar]), to, { whiteouts: 'delete' });
          expect(treeFacts(to)).toEqual(treeFacts(from));
        },
      ),
      { numRuns: 12 },
    );
  });

  it('keeps the holes of its files', async () => {
    using folder = tempFolder();
    mkdirSync(folder.at('from'));
    const fd = openSync(folder.at('from', 'sparse'), 'w');
    ftruncateSync(fd, 8 * 1024 * 1024);
    writeSync(fd, 'in the middle', 4 * 1024 * 1024);
    closeSync(fd);
    await copyByLayer(folder.at('from'), folder.at('to'));
    expect(treeFacts(folder.at('to'))).toEqual(treeFacts(folder.at('from')));
    expect(lstatSync(join(folder.at('to'), 'sparse')).blocks).toBeLessThan(500);
  });
});
