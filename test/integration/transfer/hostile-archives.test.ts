import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/oci/sha256.ts';
import type { Attack } from '../../support/attacks/attack.ts';
import { formatAttacks } from '../../support/attacks/format-attacks.ts';
import { linkAttacks } from '../../support/attacks/link-attacks.ts';
import { pathAttacks } from '../../support/attacks/path-attacks.ts';
import { replacementAttacks } from '../../support/attacks/replacement-attacks.ts';
import { makeWorld, type World } from '../../support/attacks/world.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let engine: TestEngine;
let folder: TempFolder;
let world: World;

beforeAll(() => {
  engine = testEngine();
  folder = tempFolder();
  world = makeWorld(folder.path);
});
afterAll(() => {
  engine[Symbol.dispose]();
  folder[Symbol.dispose]();
});

function everyNth(attacks: readonly Attack[], step: number): readonly Attack[] {
  return attacks.filter((_, at) => at % step === 0);
}

function chosen(): readonly Attack[] {
  const { prey } = world;
  const most = [...pathAttacks(prey), ...replacementAttacks(prey), ...formatAttacks()];
  return [...everyNth(linkAttacks(prey), 16), ...everyNth(most, 4)];
}

/** What a failed attempt must not leave: nothing that anybody could take for an image or a part of one. */
function expectNothingLeft(): void {
  expect([...engine.snapshots.list()].map(({ key }) => key)).toEqual([]);
  expect(engine.images.list()).toEqual([]);
}

async function outcomeOf(work: Promise<unknown>): Promise<'applied' | 'refused'> {
  try {
    await work;
    return 'applied';
  } catch (error) {
    expect(error).toMatchObject({ name: 'GantryError' });
    expect((error as Error).message.split('\n')).toHaveLength(1);
    return 'refused';
  }
}

async function removeAll(): Promise<void> {
  for (const { id } of engine.images.list()) await engine.port.remove(id, { force: true });
}

describe('a hostile layer', () => {
  it('that comes as the layer of an archive touches nothing outside and leaves nothing', async () => {
    for (const attack of chosen()) {
      const layers = attack.layers.map((bytes) => ({
        path: `${sha256(bytes).slice(7)}.tar`,
        content: bytes,
      }));
      const config = {
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: attack.layers.map((bytes) => sha256(bytes)) },
      };
      const list = [{ Config: 'c.json', RepoTags: ['hostile:1'], Layers: layers.map(({ path }) => path) }];
      const unique = [...new Map(layers.map((layer) => [layer.path, layer])).values()];
      const archive = makeTar([
        ...unique,
        { path: 'c.json', content: JSON.stringify(config) },
        { path: 'manifest.json', content: JSON.stringify(list) },
      ]);
      const outcome = await outcomeOf(engine.port.load(Readable.from([archive])).result);
      if (attack.outcome !== undefined)
        expect(`${attack.name} ${outcome}`).toBe(`${attack.name} ${attack.outcome}`);
      await removeAll();
      // A lower layer that was good on its own is kept for the next try until something collects garbage.
      await engine.port.prune({ all: true });
      expectNothingLeft();
      expect(world.changes('near')).toEqual([]);
    }
    expect(world.changes('host')).toEqual([]);
  });

  it('that is imported touches nothing outside and leaves nothing', async () => {
    for (const attack of chosen().filter(({ layers }) => layers.length === 1)) {
      const outcome = await outcomeOf(engine.port.import(Readable.from(attack.layers)).result);
      if (attack.outcome !== undefined)
        expect(`${attack.name} ${outcome}`).toBe(`${attack.name} ${attack.outcome}`);
      if (outcome === 'refused') expectNothingLeft();
      await removeAll();
      expect(world.changes('near')).toEqual([]);
    }
    expect(world.changes('host')).toEqual([]);
  });
});
