import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { type ScriptProcess, startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const number = (document: unknown) => Number(document);

const open = `
  const { openMetadata } = await import('SRC/core/metadata/open-metadata.ts');
  const metadata = openMetadata(process.argv[1]);
  const numbers = metadata.collection('numbers', Number);
`;

async function ended(scripts: readonly ScriptProcess[]): Promise<number[]> {
  return Promise.all(scripts.map((script) => script.end()));
}

describe('metadata of several processes', () => {
  it('loses no update when they all count up at once, from the very creation of the file on', async () => {
    using folder = tempFolder();
    const count = `${open}
      for (let i = 0; i < 200; i++) {
        metadata.transaction(() => numbers.put('n', (numbers.get('n') ?? 0) + 1));
      }
    `;
    const scripts = Array.from({ length: 4 }, () => startScript(count, [folder.at('db')]));
    expect(await ended(scripts)).toEqual([0, 0, 0, 0]);
    using metadata = openMetadata(folder.at('db'));
    expect(metadata.collection('numbers', number).get('n')).toBe(800);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('shows whole transactions only, when the writer is killed in the middle of one, again and again', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const numbers = metadata.collection('numbers', number);
    const write = `${open}
      for (let i = (numbers.get('k0') ?? 0) + 1; ; i++) {
        metadata.transaction(() => {
          for (let key = 0; key < 50; key++) numbers.put('k' + key, i);
        });
      }
    `;
    for (let round = 0; round < 5; round++) {
      const script = startScript(write, [folder.at('db')]);
      const before = numbers.get('k0') ?? 0;
      await until(() => (numbers.get('k0') ?? 0) > before + 5 + round);
      await script.kill();
      const values = new Set([...numbers.entries()].map(([, value]) => value));
      expect(values.size).toBe(1);
    }
  });

  it('frees the write lock of a process that is killed while it holds it', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const numbers = metadata.collection('numbers', number);
    const hold = `${open}
      const { writeSync } = await import('node:fs');
      metadata.transaction(() => {
        numbers.put('half', 1);
        writeSync(1, 'inside\\n');
        for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      });
    `;
    const script = startScript(hold, [folder.at('db')]);
    expect(await script.line()).toBe('inside');
    expect(numbers.get('half')).toBeUndefined();
    await script.kill();
    metadata.transaction(() => numbers.put('after', 1));
    expect([...numbers.entries()]).toEqual([['after', 1]]);
  });

  it('tells followers in another process of every event, once and in order', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const events = metadata.journal.follow()[Symbol.asyncIterator]();
    const first = events.next();
    await using script = startScript(
      `${open}
      for (let i = 0; i < 500; i++) metadata.journal.append({ type: 'volume.created', name: String(i) });
      console.log('done');`,
      [folder.at('db')],
    );
    const names = [((await first).value as { name: string }).name];
    while (names.length < 500) names.push(((await events.next()).value as { name: string }).name);
    expect(names).toEqual(Array.from({ length: 500 }, (_, index) => String(index)));
    expect(await script.line()).toBe('done');
    await events.return?.();
  });

  it('counts the leases of living processes only', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    await using script = startScript(
      `${open}
      const lease = metadata.leases.acquire('pull x');
      lease.protect({ kind: 'content', key: 'sha256:a' });
      lease.protect({ kind: 'snapshot', key: 's' });
      console.log('leased');
      setInterval(() => lease, 1000);`,
      [folder.at('db')],
    );
    await script.line();
    const own = metadata.leases.acquire('build');
    own.protect({ kind: 'content', key: 'sha256:b' });
    expect(metadata.leases.protectedResources()).toEqual({
      content: new Set(['sha256:a', 'sha256:b']),
      snapshots: new Set(['s']),
    });
    await script.kill();
    own[Symbol.dispose]();
    expect(metadata.leases.protectedResources()).toEqual({ content: new Set(), snapshots: new Set() });
  });

  it('forgets the leases of the dead when somebody takes one, but not during a collection', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    await using script = startScript(
      `${open}
      const lease = metadata.leases.acquire('build k');
      lease.protect({ kind: 'content', key: 'sha256:a' });
      console.log('leased');
      setInterval(() => lease, 1000);`,
      [folder.at('db')],
    );
    await script.line();
    const purposes = (): readonly string[] => metadata.leases.list().map(({ purpose }) => purpose);
    {
      using _ = metadata.leases.beginCollection();
      await script.kill();
      metadata.leases.acquire('pull x')[Symbol.dispose]();
      expect(metadata.leases.wasProtected({ kind: 'content', key: 'sha256:a' })).toBe(true);
      expect(purposes()).toContain('build k');
    }
    using __ = metadata.leases.acquire('pull y');
    expect(purposes()).toEqual(['pull y']);
  });
});
