import { describe, expect, it } from 'vitest';
import { journalLimit } from '../../../../src/core/metadata/journal.ts';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import type { EngineEvent } from '../../../../src/engine/events.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const volume = (name: string) => ({ type: 'volume.created', name }) as const;

async function take(events: AsyncIterable<EngineEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push('name' in event ? String(event.name) : event.type);
    if (seen.length === count) break;
  }
  return seen;
}

describe('the journal', () => {
  it('tells of what happens after the first next, in order', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    metadata.journal.append(volume('before'));
    const events = metadata.journal.follow()[Symbol.asyncIterator]();
    const first = events.next();
    metadata.journal.append(volume('one'));
    metadata.transaction(() => metadata.journal.append(volume('two')));
    expect((await first).value).toMatchObject({
      ...volume('one'),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await events.next()).value).toMatchObject(volume('two'));
    await events.return?.();
  });

  it('tells nothing of a transaction that was undone', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const events = take(metadata.journal.follow(), 1);
    expect(() =>
      metadata.transaction(() => {
        metadata.journal.append(volume('undone'));
        throw new Error('stop');
      }),
    ).toThrow();
    metadata.journal.append(volume('done'));
    expect(await events).toEqual(['done']);
  });

  it('replays from a time, and ends at one', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    metadata.journal.append(volume('one'));
    metadata.journal.append(volume('two'));
    const until = new Date(Date.now() + 50).toISOString();
    const all = metadata.journal.follow({ since: '2020-01-01T00:00:00Z', until });
    expect(await take(all, 10)).toEqual(['one', 'two']);
    const none = metadata.journal.follow({
      since: '2020-01-01T00:00:00+01:00',
      until: '2020-01-01T00:00:00.000000001Z',
    });
    expect(await take(none, 10)).toEqual([]);
    const later = metadata.journal.follow({ since: new Date(Date.now() + 3_600_000).toISOString(), until });
    expect(await take(later, 10)).toEqual([]);
  });

  it('ends quietly when the signal fires', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const abort = new AbortController();
    const events = take(metadata.journal.follow({ signal: abort.signal }), 1);
    abort.abort();
    expect(await events).toEqual([]);
  });

  it('keeps a bounded number, and says so to a follower that comes too late', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const slow = metadata.journal.follow()[Symbol.asyncIterator]();
    const first = slow.next();
    metadata.journal.append(volume('first'));
    await first;
    const more = journalLimit + 600;
    metadata.transaction(() => {
      for (let index = 0; index < more; index++) metadata.journal.append(volume(`${index}`));
    });
    expect((await slow.next()).value).toMatchObject({ type: 'gap' });
    const next = (await slow.next()).value as { name: string };
    expect(Number(next.name)).toBeGreaterThan(256);
    await slow.return?.();
    const replay = metadata.journal.follow({ since: '2020-01-01T00:00:00Z' });
    expect((await take(replay, 2))[0]).toBe('gap');
  });

  it('refuses a time that is none', async () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    await expect(take(metadata.journal.follow({ since: 'yesterday-ish' }), 1)).rejects.toMatchObject({
      kind: 'invalid',
    });
  });
});
