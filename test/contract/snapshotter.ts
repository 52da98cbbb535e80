import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bindMount } from '../../src/core/host/mount.ts';
import { mountOverlay } from '../../src/core/host/overlay-mount.ts';
import { withPrivateMounts } from '../../src/core/host/private-mounts.ts';
import type { MountPlan, Snapshotter } from '../../src/core/snapshots/snapshotter.ts';
import { until } from '../support/until.ts';

/** A snapshotter on an empty root of its own. */
export interface SnapshotterUnderTest extends Disposable {
  readonly snapshots: Snapshotter;
  /** Where it keeps its folders. */
  readonly dir: string;
  /** As if the machine had gone down and come up again. */
  reboot(): void;
}

/** What every snapshotter does, whatever it is made of. */
export function describeSnapshotter(name: string, open: () => SnapshotterUnderTest): void {
  /** Looks at a snapshot as a container would. */
  const inside = <T>(plan: MountPlan, view: string, work: (root: string) => T): T => {
    mkdirSync(view, { recursive: true });
    return withPrivateMounts(() => {
      if (plan.kind === 'folder') bindMount(plan.folder!, view);
      else {
        const { lower, upper, work: scratch } = plan;
        mountOverlay({ lower, upper, work: scratch, target: view, readOnly: upper === undefined });
      }
      return work(view);
    });
  };

  const layer = async (
    test: SnapshotterUnderTest,
    name: string,
    parent: string | undefined,
    files: Files,
  ) => {
    const plan = await test.snapshots.prepare(`active-${name}`, parent);
    inside(plan, join(test.dir, '..', 'view'), (root) => {
      for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
    });
    await test.snapshots.commit(`active-${name}`, name);
  };

  const contents = (test: SnapshotterUnderTest, key: string): Files =>
    inside(test.snapshots.mountPlan(key), join(test.dir, '..', 'view'), (root) =>
      Object.fromEntries(readdirSync(root).map((file) => [file, readFileSync(join(root, file), 'utf8')])),
    );

  describe(name, () => {
    it('stacks layers: an upper file hides a lower one of its name', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'base', b: 'base' });
      await layer(test, 'top', 'base', { b: 'top', c: 'top' });
      await layer(test, 'third', 'top', { d: 'third' });
      expect(contents(test, 'base')).toEqual({ a: 'base', b: 'base' });
      expect(contents(test, 'top')).toEqual({ a: 'base', b: 'top', c: 'top' });
      expect(contents(test, 'third')).toEqual({ a: 'base', b: 'top', c: 'top', d: 'third' });
    });

    it('lets an active one be written, and nothing below it', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'base' });
      await layer(test, 'top', 'base', {});
      await test.snapshots.prepare('container', 'top');
      inside(test.snapshots.mountPlan('container'), join(test.dir, '..', 'view'), (root) => {
        writeFileSync(join(root, 'a'), 'changed');
        writeFileSync(join(root, 'new'), '');
      });
      expect(contents(test, 'container')).toEqual({ a: 'changed', new: '' });
      expect(contents(test, 'top')).toEqual({ a: 'base' });
    });

    it('gives a new layer the owner and mode of its parent’s root', async () => {
      using test = open();
      await test.snapshots.prepare('active', undefined);
      const dir = test.snapshots.layerDir('active');
      const { chmodSync, chownSync } = await import('node:fs');
      chownSync(dir, 5, 6);
      chmodSync(dir, 0o1777);
      await test.snapshots.commit('active', 'base');
      await test.snapshots.prepare('top', 'base');
      const stat = statSync(test.snapshots.layerDir('top'));
      expect([stat.uid, stat.gid, stat.mode & 0o7777]).toEqual([5, 6, 0o1777]);
    });

    it('tells of what there is', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: '12345' });
      await test.snapshots.prepare('container', 'base');
      expect(test.snapshots.info('container')).toEqual({
        key: 'container',
        parent: 'base',
        kind: 'active',
        sizeBytes: undefined,
        isUnpacked: false,
      });
      expect([test.snapshots.has('base'), test.snapshots.has('active-base')]).toEqual([true, false]);
      expect(test.snapshots.info('nothing')).toBeUndefined();
      expect([...test.snapshots.list()].map(({ key, kind }) => [key, kind])).toEqual([
        ['base', 'committed'],
        ['container', 'active'],
      ]);
    });

    it('counts what a layer adds, each hard link once, and keeps the answer', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: '12345' });
      const { linkSync } = await import('node:fs');
      await test.snapshots.prepare('active', 'base');
      const dir = test.snapshots.layerDir('active');
      mkdirSync(join(dir, 'd'));
      writeFileSync(join(dir, 'd', 'x'), '1234567');
      linkSync(join(dir, 'd', 'x'), join(dir, 'y'));
      expect(await test.snapshots.usage('active')).toEqual({ sizeBytes: 7, inodes: 2 });
      await test.snapshots.commit('active', 'top');
      expect(test.snapshots.info('top')?.sizeBytes).toBeUndefined();
      expect(await test.snapshots.usage('top')).toEqual({ sizeBytes: 7, inodes: 2 });
      expect(test.snapshots.info('top')?.sizeBytes).toBe(7);
      await test.snapshots.prepare('empty', 'top');
      await test.snapshots.commit('empty', 'known', { sizeBytes: 1, inodes: 1 });
      expect(await test.snapshots.usage('known')).toEqual({ sizeBytes: 1, inodes: 1 });
    });

    it('refuses keys that are taken and parents that are missing or unfinished, and leaves nothing', async () => {
      using test = open();
      await layer(test, 'base', undefined, {});
      await test.snapshots.prepare('active', 'base');
      const before = folders(test);
      await expect(test.snapshots.prepare('active', 'base')).rejects.toMatchObject({
        code: 'snapshot-exists',
      });
      await expect(test.snapshots.prepare('x', 'none')).rejects.toMatchObject({ kind: 'not-found' });
      await expect(test.snapshots.prepare('x', 'active')).rejects.toMatchObject({
        code: 'snapshot-not-committed',
      });
      await expect(test.snapshots.commit('base', 'other')).rejects.toMatchObject({ kind: 'conflict' });
      await expect(test.snapshots.commit('none', 'other')).rejects.toMatchObject({ kind: 'not-found' });
      expect(() => test.snapshots.mountPlan('none')).toThrow(expect.objectContaining({ kind: 'not-found' }));
      expect(folders(test)).toEqual(before);
    });

    it('drops what is committed under a name that is there, with its files', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'first' });
      const before = folders(test);
      await layer(test, 'base', undefined, { a: 'first' });
      expect(contents(test, 'base')).toEqual({ a: 'first' });
      expect(folders(test)).toEqual(before);
    });

    it('removes one with its files, but none that others stand upon', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: '' });
      await layer(test, 'top', 'base', { b: '' });
      await test.snapshots.prepare('container', 'top');
      await expect(test.snapshots.remove('top')).rejects.toMatchObject({ code: 'snapshot-in-use' });
      await expect(test.snapshots.remove('base')).rejects.toMatchObject({ code: 'snapshot-in-use' });
      await expect(test.snapshots.remove('none')).rejects.toMatchObject({ kind: 'not-found' });
      for (const key of ['container', 'top', 'base']) await test.snapshots.remove(key);
      expect([...test.snapshots.list()]).toEqual([]);
      expect(folders(test)).toEqual([]);
    });

    it('removes a tree of thousands of files', async () => {
      using test = open();
      await test.snapshots.prepare('active', undefined);
      const dir = test.snapshots.layerDir('active');
      for (let index = 0; index < 2000; index++) {
        if (index % 100 === 0) mkdirSync(join(dir, `${index}`));
        writeFileSync(join(dir, `${index - (index % 100)}`, `${index}`), '');
      }
      expect((await test.snapshots.usage('active')).inodes).toBe(2020);
      await test.snapshots.remove('active');
      expect(folders(test)).toEqual([]);
    });

    it('discards one with the folder of who had it: out of the way at once, gone soon, and no rubbish meanwhile', async () => {
      using test = open();
      await test.snapshots.prepare('active', undefined);
      const owned = join(test.dir, '../owned');
      mkdirSync(join(owned, 'deep'), { recursive: true });
      expect(test.snapshots.discard('active', owned)).toBe(true);
      expect(test.snapshots.has('active')).toBe(false);
      expect(existsSync(owned)).toBe(false);
      expect(test.snapshots.strays().folders).toEqual([]);
      await until(() => folders(test).length === 0);
    });

    it('cleans up files without a record and records without files, and spares the rest', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'a' });
      await layer(test, 'lost', undefined, {});
      const { rmSync } = await import('node:fs');
      rmSync(join(test.snapshots.layerDir('lost'), '..'), { recursive: true });
      mkdirSync(join(test.dir, '4711', 'fs'), { recursive: true });
      mkdirSync(join(test.dir, 'trash', '4-aa'), { recursive: true });
      await test.snapshots.cleanUp();
      expect([...test.snapshots.list()].map(({ key }) => key)).toEqual(['base']);
      expect(contents(test, 'base')).toEqual({ a: 'a' });
      expect(folders(test)).toHaveLength(1);
    });

    it('does not stumble over the folder of a number that a kill left behind', async () => {
      using test = open();
      mkdirSync(join(test.dir, '1', 'fs'), { recursive: true });
      writeFileSync(join(test.dir, '1', 'fs', 'rubbish'), '');
      await layer(test, 'base', undefined, { a: 'a' });
      expect(contents(test, 'base')).toEqual({ a: 'a' });
    });

    it('shows a layer that hides names of a lower one, through devices and all', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'a', b: 'b' });
      const { unlinkSync } = await import('node:fs');
      const plan = await test.snapshots.prepare('active', 'base');
      inside(plan, join(test.dir, '..', 'view'), (root) => unlinkSync(join(root, 'a')));
      await test.snapshots.commit('active', 'top');
      expect(contents(test, 'top')).toEqual({ b: 'b' });
      const hidden = lstatSync(join(test.snapshots.layerDir('top'), 'a'), { throwIfNoEntry: false });
      expect(hidden?.isCharacterDevice()).toBe(test.snapshots.name === 'overlay' ? true : undefined);
    });

    it('trusts no layer that was not flushed when the machine went down', async () => {
      using test = open();
      await layer(test, 'flushed', undefined, { a: 'a' });
      await test.snapshots.flush();
      await layer(test, 'lost', undefined, { b: 'b' });
      test.reboot();
      expect([...test.snapshots.list()].map(({ key }) => key)).toEqual(['flushed']);
      expect(test.snapshots.has('lost')).toBe(false);
      expect(test.snapshots.info('lost')).toBeUndefined();
      await expect(test.snapshots.prepare('x', 'lost')).rejects.toMatchObject({ kind: 'not-found' });
      await layer(test, 'lost', undefined, { b: 'again' });
      expect(contents(test, 'lost')).toEqual({ b: 'again' });
      await test.snapshots.flush();
      test.reboot();
      await test.snapshots.cleanUp();
      expect(contents(test, 'lost')).toEqual({ b: 'again' });
      expect(contents(test, 'flushed')).toEqual({ a: 'a' });
      expect(folders(test)).toHaveLength(2);
    });

    it('removes of several those that nobody wants and nothing stands upon', async () => {
      using test = open();
      for (const [name, parent] of [['base'], ['top', 'base'], ['wanted'], ['lone']] as const) {
        await layer(test, name, parent, { [name]: '' });
      }
      await test.snapshots.prepare('container', 'wanted');
      const keys = ['none', 'wanted', 'top', 'base', 'lone'];
      expect(await test.snapshots.removeUnused(keys, (key) => key === 'lone')).toEqual(['top', 'base']);
      expect([...test.snapshots.list()].map(({ key }) => key)).toEqual(['container', 'lone', 'wanted']);
      expect(folders(test)).toHaveLength(3);
    });

    it('puts a whole layer in the place of a damaged one', async () => {
      using test = open();
      await layer(test, 'base', undefined, { a: 'damaged' });
      await layer(test, 'top', 'base', { b: 'b' });
      const plan = await test.snapshots.prepare('again', undefined);
      inside(plan, join(test.dir, '..', 'view'), (root) => writeFileSync(join(root, 'a'), 'whole'));
      await test.snapshots.commit('again', 'base', undefined, { replace: () => undefined });
      expect(contents(test, 'base')).toEqual({ a: 'whole' });
      expect([...test.snapshots.list()].map(({ key }) => key)).toEqual(['base', 'top']);
      await expect(test.snapshots.remove('base')).rejects.toMatchObject({ code: 'snapshot-in-use' });
      expect(folders(test)).toHaveLength(2);
    });
  });
}

type Files = Readonly<Record<string, string>>;

function folders(test: SnapshotterUnderTest): string[] {
  return readdirSync(test.dir)
    .flatMap((name) => (name === 'trash' ? readdirSync(join(test.dir, name)) : [name]))
    .sort();
}
