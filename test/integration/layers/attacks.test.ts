import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../../../src/core/host/remove-tree.ts';
import { treeUsage } from '../../../src/core/host/tree-usage.ts';
import { applyLayer } from '../../../src/core/layers/apply-layer.ts';
import { hashLayer } from '../../../src/core/layers/diff-layer.ts';
import type { Attack } from '../../support/attacks/attack.ts';
import { floodAttacks } from '../../support/attacks/flood-attacks.ts';
import { formatAttacks } from '../../support/attacks/format-attacks.ts';
import { linkAttacks } from '../../support/attacks/link-attacks.ts';
import { pathAttacks } from '../../support/attacks/path-attacks.ts';
import { replacementAttacks } from '../../support/attacks/replacement-attacks.ts';
import { makeWorld, type World } from '../../support/attacks/world.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

// One folder for all: what one attack did would show with the next, and a test is a few milliseconds.
let folder: TempFolder;
let world: World;
const families: Readonly<Record<string, () => readonly Attack[]>> = {
  paths: () => pathAttacks(world.prey),
  links: () => linkAttacks(world.prey),
  replacements: () => replacementAttacks(world.prey),
  formats: formatAttacks,
  floods: floodAttacks,
};

beforeAll(() => {
  folder = tempFolder();
  world = makeWorld(folder.path);
});
afterAll(() => folder[Symbol.dispose]());

/** Applies all layers as a snapshotter does, each in a folder of its own or all in one. What the last one came to. */
async function unpack(attack: Attack, form: 'overlay' | 'copy'): Promise<unknown> {
  const target = folder.at('target');
  const lowerDirs: string[] = [];
  for (const [at, bytes] of attack.layers.entries()) {
    const dir = join(target, String(form === 'copy' ? 0 : at));
    mkdirSync(dir, { recursive: true });
    const whiteouts = form === 'copy' ? 'delete' : 'overlay';
    const failure = await applyLayer(Readable.from([bytes]), dir, {
      whiteouts,
      lowerDirs: form === 'copy' ? [] : [...lowerDirs],
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure !== undefined) return failure;
    lowerDirs.unshift(dir);
  }
  return undefined;
}

/** What an engine does with what was unpacked: measures it, makes it a layer again, copies it, removes it. */
async function use(): Promise<void> {
  const target = folder.at('target');
  for (const name of readdirSync(target)) {
    const { sizeBytes } = await treeUsage(join(target, name));
    if (sizeBytes > 1024 ** 3) continue;
    await hashLayer(join(target, name)).catch((error: unknown) =>
      expect(error).toMatchObject({ code: 'bad-layer' }),
    );
  }
  await removeTree(target);
}

function describeFailure(failure: unknown): void {
  expect(failure).toMatchObject({ name: 'GantryError' });
  const { kind, message } = failure as { kind: string; message: string };
  expect(kind).not.toBe('internal');
  expect(message.split('\n')).toHaveLength(1);
  expect(message.length).toBeLessThan(500);
}

describe.each(Object.keys(families))('hostile layers: %s', (family) => {
  // Floods differ in nothing but the time they take.
  it.each(family === 'floods' ? (['overlay'] as const) : (['overlay', 'copy'] as const))(
    'touch nothing outside their target (%s)',
    async (form) => {
      const wrong: string[] = [];
      for (const attack of families[family]?.() ?? []) {
        const failure = await unpack(attack, form);
        if (failure !== undefined) describeFailure(failure);
        const outcome = failure === undefined ? 'applied' : 'refused';
        if (attack.outcome !== undefined && attack.outcome !== outcome)
          wrong.push(`${attack.name}: ${outcome} ${failure ?? ''}`);
        await use().catch((error: unknown) => wrong.push(`${attack.name}: ${error}`));
        const changes = world.changes('near');
        if (changes.length > 0) wrong.push(`${attack.name}: ${changes.join('; ')}`);
      }
      expect([...wrong, ...world.changes('host')]).toEqual([]);
    },
  );
});
