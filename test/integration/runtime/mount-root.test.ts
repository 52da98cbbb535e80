import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withPrivateMounts } from '../../../src/core/host/private-mounts.ts';
import { mountRoot } from '../../../src/core/runtime/mount-root.ts';
import type { MountPlan } from '../../../src/core/snapshots/snapshotter.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const none = { lower: [], upper: undefined, work: undefined, folder: undefined };

function layers(folder: TempFolder): { readonly lower: readonly string[]; readonly target: string } {
  const lower = ['top', 'bottom'].map((name) => folder.at(name));
  for (const path of [...lower, folder.at('upper'), folder.at('work'), folder.at('target')]) mkdirSync(path);
  writeFileSync(`${lower[0]}/both`, 'top');
  writeFileSync(`${lower[1]}/both`, 'bottom');
  writeFileSync(`${lower[1]}/one`, 'bottom');
  return { lower, target: folder.at('target') };
}

const seen = (target: string): string =>
  readdirSync(target)
    .map((name) => `${name}=${readFileSync(`${target}/${name}`, 'utf8')}`)
    .join(' ');

test('a snapshot is seen as one folder, writable where it has an upper layer', () => {
  using folder = tempFolder();
  const { lower, target } = layers(folder);
  const writable: MountPlan = {
    ...none,
    kind: 'overlay',
    lower,
    upper: folder.at('upper'),
    work: folder.at('work'),
  };
  withPrivateMounts(() => {
    mountRoot(writable, target);
    expect(seen(target)).toBe('both=top one=bottom');
    writeFileSync(`${target}/new`, 'x');
  });
  expect(readdirSync(folder.at('upper'))).toEqual(['new']);
  expect(readdirSync(target)).toEqual([]);
});

test('without an upper layer it cannot be written to', () => {
  using folder = tempFolder();
  const { lower, target } = layers(folder);
  for (const plan of [
    { ...none, kind: 'overlay', lower },
    { ...none, kind: 'overlay', lower: lower.slice(1) },
  ] as const) {
    withPrivateMounts(() => {
      mountRoot(plan, target);
      expect(seen(target)).toContain('one=bottom');
      expect(() => writeFileSync(`${target}/new`, 'x')).toThrow(/EROFS/);
    });
  }
});

test('a plain folder is bound, and takes what is written', () => {
  using folder = tempFolder();
  const { lower, target } = layers(folder);
  withPrivateMounts(() => {
    mountRoot({ ...none, kind: 'folder', folder: lower[0] }, target);
    writeFileSync(`${target}/new`, 'x');
  });
  expect(readdirSync(lower[0]!)).toEqual(['both', 'new']);
});

test('a mount of the run before goes first', () => {
  using folder = tempFolder();
  const { lower, target } = layers(folder);
  withPrivateMounts(() => {
    for (const path of lower) mountRoot({ ...none, kind: 'overlay', lower: [path] }, target);
    const mounts = readFileSync('/proc/thread-self/mountinfo', 'utf8').split('\n');
    expect(mounts.filter((line) => line.includes(` ${target} `))).toHaveLength(1);
    expect(seen(target)).toBe('both=bottom one=bottom');
  });
});

test('a plan that lacks a part is a fault of ours', () => {
  using folder = tempFolder();
  withPrivateMounts(() => {
    expect(() => mountRoot({ ...none, kind: 'folder' }, folder.path)).toThrow('lacks its folder');
    expect(() => mountRoot({ ...none, kind: 'overlay' }, folder.path)).toThrow('lacks its lower');
  });
});

test('a layer whose files are gone is named, with what brings them back', () => {
  using folder = tempFolder();
  const { lower, target } = layers(folder);
  const plan: MountPlan = { ...none, kind: 'overlay', lower: [...lower, folder.at('gone')] };
  withPrivateMounts(() => {
    expect(() => mountRoot(plan, target)).toThrow(
      expect.objectContaining({
        code: 'snapshot-missing',
        message: `the files of a layer are gone: ${folder.at('gone')}`,
        hint: 'mend it with: gantry system check --repair',
      }),
    );
  });
});
