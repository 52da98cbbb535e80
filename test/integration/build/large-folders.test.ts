import { hash } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashLayer } from '../../../src/core/layers/diff-layer.ts';
import { chainIds } from '../../../src/oci/sha256.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

let name = 0;
let dir: string;
beforeEach(() => {
  name += 1;
  dir = join(stand.contextDir, String(name));
  mkdirSync(dir);
});

/** Files in folders in folders, some of which hold nothing, or nothing but folders, with names of many bytes. */
function fill(): void {
  for (const folder of [
    'a',
    'a-',
    'a/b',
    'a/b/c',
    'z/only/folders/here',
    'é',
    'z/\u{10000}',
    'z/\uffee',
    'm',
  ]) {
    mkdirSync(join(dir, folder), { recursive: true, mode: 0o750 });
  }
  mkdirSync(join(dir, 'a/empty'));
  mkdirSync(join(dir, 'z/only/none'));
  for (const folder of ['', 'a', 'a-', 'a/b/c', 'é', 'z/\u{10000}', 'z/\uffee', 'm']) {
    for (let file = 0; file < 150; file += 1)
      writeFileSync(join(dir, folder, `f${file}`), `${folder} ${file}`);
  }
  symlinkSync('f1', join(dir, 'a/link'));
  writeFileSync(Buffer.concat([Buffer.from(join(dir, 'a/')), Buffer.of(0xff)]), 'no UTF-8');
  writeFileSync(join(dir, 'm/large'), Buffer.alloc(3 << 20, 'large '));
  for (const folder of ['a', 'a/empty', 'm', 'z'])
    utimesSync(join(dir, folder), 1_000_000_000, 1_000_000_000.5);
}

/** Builds it, and gives the folder of the newest layer. Its digest is that of what is there. */
async function layerOf(
  dockerfileText: string,
  buildArgs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { result } = await stand.build({ dockerfileText, buildArgs });
  const { images, snapshots } = stand.services;
  const diffIds = images.get(result.imageId)?.diffIds ?? [];
  const layer = snapshots.layerDir(chainIds(diffIds).at(-1) as string);
  expect((await hashLayer(layer)).diffId).toBe(diffIds.at(-1));
  return layer;
}

/** Types, modes, times and content of all below a folder. */
function describeTree(root: string): readonly string[] {
  const below = (folder: Buffer, path: string): string[] =>
    readdirSync(folder, { encoding: 'buffer' })
      .sort(Buffer.compare)
      .flatMap((entry) => {
        const full = Buffer.concat([folder, Buffer.from('/'), entry]);
        const stats = lstatSync(full, { bigint: true });
        const what = stats.isFile() ? hash('sha256', readFileSync(full)) : '';
        const where = `${path}/${entry.toString('latin1')}`;
        const line = `${where} ${stats.mode.toString(8)} ${stats.mtimeNs} ${what}`;
        return stats.isDirectory() ? [line, ...below(full, where)] : [line];
      });
  return below(Buffer.from(root), '');
}

describe('COPY of a large folder', () => {
  it('makes what is there, with its times, and the digest of that', async () => {
    fill();
    const expected = describeTree(dir);
    expect(describeTree(join(await layerOf(`FROM busybox\nCOPY ${name} /new/place\n`), 'new/place'))).toEqual(
      expected,
    );
    expect(describeTree(join(await layerOf(`FROM scratch\nCOPY ${name} /\n`)))).toEqual(expected);
  });

  it('does so upon what is there already', async () => {
    fill();
    const base = `FROM busybox AS base
COPY ${name} /all
FROM base
RUN --network=none rm -r /all/a && mkdir /all/more && echo newer > /all/m/f1 && chmod 700 /all/z
COPY ${name} /all
`;
    const layer = await layerOf(base);
    expect(describeTree(join(layer, 'all'))).toEqual(describeTree(dir));
  });

  it('does so with links between folders', async () => {
    fill();
    linkSync(join(dir, 'a/f1'), join(dir, 'z/twin'));
    linkSync(join(dir, 'm/large'), join(dir, 'a/large'));
    const layer = await layerOf(`FROM scratch\nCOPY ${name} /\n`);
    expect(lstatSync(join(layer, 'z/twin')).ino).toBe(lstatSync(join(layer, 'a/f1')).ino);
    expect(describeTree(layer)).toEqual(describeTree(dir));
  });

  it('does so with the times of SOURCE_DATE_EPOCH', async () => {
    fill();
    const layer = await layerOf(`FROM scratch\nCOPY ${name} /\n`, { SOURCE_DATE_EPOCH: '1000000100' });
    expect(lstatSync(join(layer, 'a/f1')).mtimeMs).toBe(1_000_000_100_000);
    expect(lstatSync(join(layer, 'a/empty')).mtimeMs).toBe(1_000_000_000_500);
  });

  it('says what cannot be put there, and builds when that is gone', async () => {
    fill();
    const text = (more: string) => `FROM busybox
RUN --network=none ${more}
COPY ${name} /in
`;
    await expect(stand.build({ dockerfileText: text('mkdir -p /in/m/f99') })).rejects.toMatchObject({
      code: 'is-a-folder',
    });
    const layer = await layerOf(text('mkdir -p /in/m'));
    expect(describeTree(join(layer, 'in'))).toEqual(describeTree(dir));
  });
});
