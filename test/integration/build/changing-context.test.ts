import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContextDigests } from '../../../src/core/build/context/context-digests.ts';
import { ContextTree } from '../../../src/core/build/context/context-tree.ts';
import { IgnoreMatcher } from '../../../src/core/build/context/ignore-matcher.ts';
import { copyFiles } from '../../../src/core/build/ops/copy-files.ts';
import type { ModeChange } from '../../../src/core/build/ops/file-mode.ts';
import { contentKey, keyOfKnown } from '../../../src/core/build/tree/content-key.ts';
import { KnownContents } from '../../../src/core/build/tree/known-contents.ts';
import { LayeredTree } from '../../../src/core/build/tree/layered-tree.ts';
import { Pacer } from '../../../src/core/build/tree/pacer.ts';
import { type Selection, selectEntries } from '../../../src/core/build/tree/selection.ts';
import { TreeWriter } from '../../../src/core/build/tree/tree-writer.ts';
import { getXattr, setXattr } from '../../../src/core/host/xattrs.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

let folder: TempFolder;
let contents: KnownContents;
const pacer = new Pacer(new AbortController().signal);

beforeEach(() => {
  folder = tempFolder();
  contents = new KnownContents();
  for (const name of ['context', 'context/sub', 'layer', 'cache']) mkdirSync(folder.at(name));
  writeFileSync(at('file'), 'as listed');
  writeFileSync(at('sub/inner'), 'inner');
  symlinkSync('old', at('link'));
});
afterEach(() => folder[Symbol.dispose]());

const at = (name: string): string => folder.at('context', name);
const inLayer = (name: string): string => folder.at('layer', name);

async function list(): Promise<Selection> {
  const tree = new ContextTree(folder.at('context'), new IgnoreMatcher([]));
  const root = tree.lookup('');
  if (root === undefined) throw new Error('there is no context');
  return selectEntries(tree, root, '', [], pacer);
}

async function write(selection: Selection, mode?: ModeChange): Promise<void> {
  const dir = folder.at('layer');
  const plan = { kind: 'folder', folder: dir, lower: [], upper: undefined, work: undefined } as const;
  const tree = new LayeredTree(plan, 'layer');
  const writer = new TreeWriter(tree, dir, contents);
  const copy = {
    instruction: 'COPY',
    selections: [selection],
    inline: [],
    destination: '/',
    owner: undefined,
    keepOwners: false,
    mode,
    followLinks: true,
    contents,
    nowSeconds: 0,
  };
  await copyFiles(copy, tree, writer, pacer);
  writer.finish();
}

/** The key of what a folder holds, found out by somebody else. */
async function freshKey(): Promise<string> {
  return contentKey([await list()], { owners: false, contents: new KnownContents(), pacer });
}

const keyOf = (selection: Selection): Promise<string> =>
  contentKey([selection], { owners: false, contents, pacer });

describe('what changes between the key and the copy', () => {
  it('is in the layer as the key has it: links and attributes', async () => {
    setXattr(at('file'), 'user.note', 'old');
    setXattr(at('sub'), 'user.note', 'old');
    const selection = await list();
    await keyOf(selection);
    rmSync(at('link'));
    symlinkSync('new', at('link'));
    setXattr(at('file'), 'user.note', 'new');
    setXattr(at('sub'), 'user.note', 'new');
    setXattr(at('sub/inner'), 'user.note', 'added');
    await write(selection);
    expect(readlinkSync(inLayer('link'))).toBe('old');
    for (const name of ['file', 'sub']) {
      expect(Buffer.from(getXattr(inLayer(name), 'user.note') ?? []).toString()).toBe('old');
    }
    expect(getXattr(inLayer('sub/inner'), 'user.note')).toBeUndefined();
    expect(contents.hasDrifted).toBe(false);
  });

  it('gives the layer another key when nothing but times was looked at', async () => {
    const digests = new ContextDigests(folder.at('cache'));
    let selection = await list();
    let key = '';
    // Until it is old enough to be known by its times alone.
    await until(async () => {
      contents = new KnownContents();
      selection = await list();
      key = await digests.key('view', [selection], contents, pacer);
      return !contents.hasSeen(selection.tree);
    });
    expect(key).toBe(await freshKey());
    rmSync(at('link'));
    symlinkSync('new', at('link'));
    setXattr(at('file'), 'user.note', 'new');
    await write(selection);
    expect(readlinkSync(inLayer('link'))).toBe('new');
    expect(contents.hasDrifted).toBe(true);
    const now = await keyOfKnown([selection], { owners: false, contents, pacer });
    expect(now).not.toBe(key);
    expect(now).toBe(await freshKey());
  });

  it('was never there when it is gone: files, folders and what was in them', async () => {
    const selection = await list();
    rmSync(at('sub'), { recursive: true });
    rmSync(at('link'));
    const key = await keyOf(selection);
    expect(key).toBe(await freshKey());
    mkdirSync(at('sub'));
    writeFileSync(at('sub/inner'), 'come back');
    await write(selection);
    expect(contents.hasDrifted).toBe(false);
    expect(readFileSync(inLayer('file'), 'utf8')).toBe('as listed');
    expect(() => readlinkSync(inLayer('link'))).toThrow('ENOENT');
    expect(() => readFileSync(inLayer('sub/inner'))).toThrow('ENOENT');
  });

  it('gives the layer the key of what it holds when a file goes after the key was made', async () => {
    const selection = await list();
    const key = await keyOf(selection);
    rmSync(at('sub/inner'));
    await write(selection);
    expect(contents.hasDrifted).toBe(true);
    expect(() => readFileSync(inLayer('sub/inner'))).toThrow('ENOENT');
    const now = await keyOfKnown([selection], { owners: false, contents, pacer });
    expect(now).not.toBe(key);
    expect(now).toBe(await freshKey());
  });

  it('is no different among so many files that threads copy them', async () => {
    const name = (file: number): string => `many/${file}`;
    mkdirSync(at('many'));
    for (let file = 0; file < 1200; file += 1) writeFileSync(at(name(file)), `as listed ${file}`);
    const selection = await list();
    const key = await keyOf(selection);
    rmSync(at(name(7)));
    writeFileSync(at(name(300)), 'as listed 300, and more since');
    rmSync(at(name(900)));
    renameSync(at(name(901)), at(name(900)));
    symlinkSync('0', at(name(901)));
    await expect(write(selection)).rejects.toMatchObject({
      code: 'source-changed',
      details: { path: name(900) },
    });
    rmSync(at(name(900)));
    rmSync(at(name(901)));
    rmSync(inLayer('.'), { recursive: true });
    mkdirSync(inLayer('.'));
    await write(selection);
    expect(readFileSync(inLayer(name(300)), 'utf8')).toBe('as listed 300');
    expect(readdirSync(inLayer('many'))).toHaveLength(1197);
    for (const file of [0, 299, 301, 1199]) {
      expect(readFileSync(inLayer(name(file)), 'utf8')).toBe(`as listed ${file}`);
      expect(statSync(inLayer(name(file))).mtimeMs).toBe(statSync(at(name(file))).mtimeMs);
    }
    expect(contents.hasDrifted).toBe(true);
    expect(await keyOfKnown([selection], { owners: false, contents, pacer })).not.toBe(key);
  });

  it('ends the step when it is the source itself', async () => {
    const tree = new ContextTree(folder.at('context'), new IgnoreMatcher([]));
    const root = tree.lookup('file');
    if (root === undefined) throw new Error('there is no file');
    const selection = await selectEntries(tree, root, 'file', [], pacer);
    rmSync(at('file'));
    await expect(keyOf(selection)).rejects.toMatchObject({
      code: 'source-changed',
      message: 'file changed while it was being read',
    });
  });
});

describe('a folder of a context in whose place somebody puts a link', () => {
  beforeEach(() => {
    mkdirSync(folder.at('outside'));
    writeFileSync(folder.at('outside', 'inner'), 'secret');
    setXattr(folder.at('outside', 'inner'), 'user.note', 'secret');
    symlinkSync('secret', folder.at('outside', 'pointer'));
    symlinkSync('pointed', at('sub/pointer'));
  });

  function swap(): void {
    renameSync(at('sub'), folder.at('before'));
    symlinkSync(folder.at('outside'), at('sub'));
  }

  const refused = { code: 'source-changed', kind: 'conflict' };

  it('ends the step when it was listed: nothing is read through the link', async () => {
    const selection = await list();
    swap();
    await expect(keyOf(selection)).rejects.toMatchObject({ ...refused, details: { path: 'sub/inner' } });
    await expect(write(selection)).rejects.toMatchObject(refused);
    expect(() => readFileSync(inLayer('sub/inner'))).toThrow('ENOENT');
  });

  it('ends the step when the key was made', async () => {
    const selection = await list();
    await keyOf(selection);
    swap();
    await expect(write(selection)).rejects.toMatchObject(refused);
    expect(() => readFileSync(inLayer('sub/inner'))).toThrow('ENOENT');
  });

  it('ends the step among so many files that threads copy them', async () => {
    for (let file = 0; file < 1000; file += 1) writeFileSync(at(`sub/${file}`), 'mine!!');
    for (let file = 0; file < 10; file += 1) writeFileSync(folder.at('outside', `${file}`), 'secret');
    const selection = await list();
    await keyOf(selection);
    let isSwapped = false;
    // Asked for each entry just before it is copied, folders before what they hold.
    const atFirstFile: ModeChange = (mode, isFolder) => {
      if (!isFolder && !isSwapped) swap();
      isSwapped ||= !isFolder;
      return mode;
    };
    rmSync(at('file'));
    await expect(write(selection, atFirstFile)).rejects.toMatchObject(refused);
    const copied = readdirSync(inLayer('sub')).map((name) => readFileSync(inLayer(`sub/${name}`), 'utf8'));
    expect(copied).not.toContain('secret');
  });

  it('shows neither names, links nor attributes', async () => {
    const tree = new ContextTree(folder.at('context'), new IgnoreMatcher([]));
    const entries = new Map((await list()).entries.map((entry) => [entry.path, entry]));
    swap();
    expect(() => tree.list('sub')).toThrow('sub changed while it was being read');
    expect(() => tree.lookup('sub/inner')).toThrow('sub/inner changed while it was being read');
    const [inner, pointer] = [entries.get('sub/inner'), entries.get('sub/pointer')];
    if (inner === undefined || pointer === undefined) throw new Error('they were not listed');
    expect(() => tree.attributes(inner)).toThrow('sub/inner changed while it was being read');
    expect(() => contents.seeLink(pointer)).toThrow('sub/pointer changed while it was being read');
  });

  it('is no other thing than a file that was replaced by a file, which is read as it is now', async () => {
    const selection = await list();
    writeFileSync(at('sub/next'), 'replaced');
    renameSync(at('sub/next'), at('sub/inner'));
    await keyOf(selection);
    await write(selection);
    expect(readFileSync(inLayer('sub/inner'), 'utf8')).toBe('replaced');
  });
});
