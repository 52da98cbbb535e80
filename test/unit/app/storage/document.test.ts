import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDocument } from '../../../../src/app/storage/document.ts';
import { openHistory, remembered } from '../../../../src/app/storage/history.ts';
import { parsePreferences } from '../../../../src/app/storage/preferences.ts';
import { userDirs } from '../../../../src/app/storage/user-dirs.ts';
import { runProgram } from '../../../support/run-program.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const counter = (path: string) =>
  openDocument({
    path,
    migrations: [],
    parse: ({ count }) => ({ count: typeof count === 'number' ? count : 0 }),
  });

describe('document', () => {
  it('reads nothing as the usual value, and writes for its owner only', async () => {
    const path = join(folder, 'deep', 'a.json');
    const document = counter(path);
    expect(await document.read()).toEqual({ count: 0 });
    await document.change(({ count }) => ({ count: count + 1 }));
    expect(await document.read()).toEqual({ count: 1 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 1, count: 1 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('sets bad JSON aside instead of losing it or failing', async () => {
    const path = join(folder, 'a.json');
    writeFileSync(path, '{"count": 3');
    expect(await counter(path).read()).toEqual({ count: 0 });
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{"count": 3');
  });

  it('brings an old version up to date, step by step', async () => {
    const path = join(folder, 'a.json');
    writeFileSync(path, JSON.stringify({ version: 1, n: 4 }));
    const document = openDocument({
      path,
      migrations: [({ n }) => ({ count: n }), ({ count }) => ({ count: Number(count) * 10 })],
      parse: ({ count }) => ({ count: Number(count) }),
    });
    expect(await document.read()).toEqual({ count: 40 });
    await document.change(({ count }) => ({ count: count + 1 }));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ version: 3, count: 41 });
  });

  it('leaves a file of a newer gantry alone', async () => {
    const path = join(folder, 'a.json');
    const newer = JSON.stringify({ version: 9, count: 5, more: true });
    writeFileSync(path, newer);
    await counter(path).change(({ count }) => ({ count: count + 1 }));
    expect(readFileSync(path, 'utf8')).toBe(newer);
  });

  it('loses no change of several processes', async () => {
    const path = join(folder, 'a.json');
    const script = join(folder, 'count.ts');
    const module = new URL('../../../../src/app/storage/document.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { openDocument } from ${JSON.stringify(module)};
       const document = openDocument({ path: ${JSON.stringify(path)}, migrations: [], parse: ({ count }) => ({ count: count ?? 0 }) });
       for (let n = 0; n < 25; n++) await document.change(({ count }) => ({ count: count + 1 }));`,
    );
    const results = await Promise.all([1, 2, 3].map(() => runProgram([process.execPath, script])));
    expect(results.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(await counter(path).read()).toEqual({ count: 75 });
  });
});

describe('preferences', () => {
  it('drops what is not of the right kind', () => {
    expect(
      parsePreferences({
        theme: 7,
        layout: { left: 0.5, upperLeft: 3, charts: 'yes' },
        logs: { wrap: false },
        filters: { images: 'web', containers: ['x'] },
        keys: { 'container.stop': ['s', 1], bad: 's' },
        future: true,
      }),
    ).toEqual({
      theme: undefined,
      layout: { left: 0.5 },
      logs: { wrap: false },
      filters: { images: 'web' },
      keys: { 'container.stop': ['s'] },
    });
  });
});

describe('history', () => {
  it('keeps each line once, the newest last, and forgets the oldest', () => {
    const lines = ['a', 'b', 'a'].reduce(remembered, { lines: [] as readonly string[] }).lines;
    expect(lines).toEqual(['b', 'a']);
    expect(remembered({ lines }, '   ').lines).toEqual(['b', 'a']);
    const many = Array.from({ length: 600 }, (_, n) => `line ${n}`).reduce(remembered, {
      lines: [] as readonly string[],
    });
    expect([many.lines.length, many.lines.at(-1)]).toEqual([500, 'line 599']);
  });

  it('is found again', async () => {
    const dirs = { config: folder, state: folder };
    await openHistory(dirs).change((history) => remembered(history, 'ps -a'));
    expect((await openHistory(dirs).read()).lines).toEqual(['ps -a']);
  });
});

describe('user dirs', () => {
  it('follow the XDG variables where they are absolute', () => {
    expect(userDirs({ HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: 'relative' })).toEqual({
      config: '/c/gantry',
      state: '/h/.local/state/gantry',
    });
  });
});
