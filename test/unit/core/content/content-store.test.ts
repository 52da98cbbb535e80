import { mkdirSync, readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ContentStore } from '../../../../src/core/content/content-store.ts';
import { openContentStore } from '../../../../src/core/content/open-content-store.ts';
import { parseDigest } from '../../../../src/oci/digest.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';
import { type TempFolder, tempFolder } from '../../../support/temp-folder.ts';

const bytes = Buffer.from('0123456789'.repeat(1000));
const expected = { digest: sha256(bytes), sizeBytes: bytes.length };

const openIn = (folder: TempFolder): ContentStore => openContentStore({ content: folder.at('content') });
const ingests = (folder: TempFolder): string[] => readdirSync(folder.at('content', 'ingest'));

describe('the content store', () => {
  it('is empty before its first blob, and makes nothing by being asked', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    const { digest } = expected;
    expect([store.has(digest), store.info(digest), await store.delete(digest)]).toEqual([
      false,
      undefined,
      false,
    ]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
    for (const file of await store.leftovers(0)) await file.remove();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('keeps what was put, under its digest', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    expect(await store.put(bytes)).toEqual(expected);
    expect(await store.put(bytes)).toEqual(expected);
    expect(Buffer.from(await store.read(expected.digest, 10_000)).equals(bytes)).toBe(true);
    expect(store.info(expected.digest)).toEqual(expected);
    expect(statSync(store.path(expected.digest)).mode & 0o077).toBe(0);
    expect(await Array.fromAsync(store.list())).toEqual([expected]);
    expect(ingests(folder)).toEqual([]);
    expect(await store.put(new Uint8Array())).toMatchObject({ sizeBytes: 0 });
    expect([await store.delete(expected.digest), store.has(expected.digest)]).toEqual([true, false]);
  });

  it('reads no more than the reader allows', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    await store.put(bytes);
    await expect(store.read(expected.digest, 9_999)).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'blob-too-large',
    });
    await expect(store.read(sha256('other'), 1)).rejects.toMatchObject({
      kind: 'not-found',
      code: 'blob-not-found',
    });
  });

  it('takes sha512 digests as well', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    const { createHash } = await import('node:crypto');
    const digest = parseDigest(`sha512:${createHash('sha512').update(bytes).digest('hex')}`);
    await using ingest = await store.ingest({ digest, sizeBytes: bytes.length });
    await ingest.write(bytes);
    expect(await ingest.commit()).toEqual({ digest, sizeBytes: bytes.length });
  });
});

describe('an ingest', () => {
  it('without an expected digest takes what comes, and leaves nothing when it is dropped', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    {
      await using dropped = await store.ingest();
      await dropped.write(bytes);
    }
    expect(ingests(folder)).toEqual([]);
    await using ingest = await store.ingest();
    for (let start = 0; start < bytes.length; start += 999)
      await ingest.write(bytes.subarray(start, start + 999));
    expect(await ingest.commit()).toEqual(expected);
  });

  it('goes on where a broken one stopped', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    {
      await using broken = await store.ingest(expected);
      await broken.write(bytes.subarray(0, 4321));
    }
    await using ingest = await store.ingest(expected);
    expect(ingest.offset).toBe(4321);
    await ingest.write(bytes.subarray(4321));
    expect(await ingest.commit()).toEqual(expected);
    expect(ingests(folder)).toEqual([]);
  });

  it('can begin anew', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    await using ingest = await store.ingest(expected);
    await ingest.write(Buffer.from('wrong start'));
    await ingest.reset();
    await ingest.write(bytes);
    expect(await ingest.commit()).toEqual(expected);
  });

  it.each([
    ['other bytes', Buffer.alloc(bytes.length, 'x'), 'digest-mismatch'],
    ['too few bytes', bytes.subarray(1), 'size-mismatch'],
  ])('refuses %s and forgets them', async (_, wrong, code) => {
    using folder = tempFolder();
    const store = openIn(folder);
    await using ingest = await store.ingest(expected);
    await ingest.write(wrong);
    await expect(ingest.commit()).rejects.toMatchObject({ kind: 'corrupt', code });
    expect(store.has(expected.digest)).toBe(false);
    expect(ingests(folder)).toEqual([]);
  });

  it('refuses too many bytes at the first that is too much', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    await using ingest = await store.ingest(expected);
    await ingest.write(bytes);
    await expect(ingest.write(Buffer.from('x'))).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'size-mismatch',
    });
    expect(ingests(folder)).toEqual([]);
  });

  it('does not trust what lies there: damaged bytes are found and forgotten, too many at once', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    const left = folder.at('content', 'ingest', expected.digest.replace(':', '-'));
    mkdirSync(folder.at('content', 'ingest'), { recursive: true });
    writeFileSync(left, 'damaged');
    {
      await using ingest = await store.ingest(expected);
      await ingest.write(bytes.subarray(7));
      await expect(ingest.commit()).rejects.toMatchObject({ code: 'digest-mismatch' });
    }
    writeFileSync(left, '');
    truncateSync(left, bytes.length + 1);
    await using again = await store.ingest(expected);
    expect(again.offset).toBe(0);
  });

  it('takes bytes in any order, tells what is missing, and reads all of it back in order', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    {
      await using broken = await store.ingest(expected);
      await broken.writeAt(6000, bytes.subarray(6000, 7000));
      await broken.write(bytes.subarray(0, 1000));
      expect(broken.offset).toBe(1000);
    }
    await using ingest = await store.ingest(expected);
    expect(ingest.gaps()).toEqual([
      { start: 1000, end: 6000 },
      { start: 7000, end: 10_000 },
    ]);
    await ingest.writeAt(7000, bytes.subarray(7000));
    await ingest.writeAt(1000, bytes.subarray(1000, 6000));
    expect([ingest.offset, ingest.gaps()]).toEqual([10_000, []]);
    const read: Uint8Array[] = [];
    for (let chunk = await ingest.readOn(); chunk !== undefined; chunk = await ingest.readOn())
      read.push(chunk);
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    expect(await ingest.commit()).toEqual(expected);
    expect(ingests(folder)).toEqual([]);
  });

  it('trusts nothing of a file whose map of holes is damaged', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    const left = folder.at('content', 'ingest', expected.digest.replace(':', '-'));
    for (const map of ['[[0,', '{}', '[[0,99999]]', '[[-1,5]]', '[["0",5]]']) {
      mkdirSync(folder.at('content', 'ingest'), { recursive: true });
      writeFileSync(left, bytes.subarray(0, 50));
      writeFileSync(`${left}.ranges`, map);
      await using ingest = await store.ingest(expected);
      expect([map, ingest.gaps()]).toEqual([map, [{ start: 0, end: 10_000 }]]);
    }
    expect(ingests(folder)).toEqual([]);
  });

  it('has one writer a digest: the second waits and finds everything written', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    await using first = await store.ingest(expected);
    const second = store.ingest(expected);
    await first.write(bytes);
    await first.commit();
    await using waited = await second;
    expect(waited.offset).toBe(bytes.length);
    expect(await waited.commit()).toEqual(expected);
    expect(ingests(folder)).toEqual([]);
  });

  it('lets the second go on when the first gives up, and stop waiting when it wants', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    const abort = new AbortController();
    const first = await store.ingest(expected);
    const second = store.ingest(expected);
    const third = store.ingest(expected, { signal: abort.signal });
    abort.abort();
    await expect(third).rejects.toMatchObject({ kind: 'cancelled' });
    await first.write(bytes.subarray(0, 10));
    await first[Symbol.asyncDispose]();
    await using ingest = await second;
    expect(ingest.offset).toBe(10);
  });
});

describe('leftovers', () => {
  it('takes what broken writes left, and nothing that is being written or may be resumed', async () => {
    using folder = tempFolder();
    const store = openIn(folder);
    await using writing = await store.ingest();
    await writing.write(bytes);
    const dir = folder.at('content', 'ingest');
    const [old, fresh, gone] = ['0', 'f', 'a'].map((digit) => `sha256-${digit.repeat(64)}`);
    const names = ['new-0000', old, `${old}.ranges`, `${old}.ranges.0ab1.tmp`, `${gone}.ranges`, fresh];
    for (const name of names) writeFileSync(`${dir}/${name}`, 'x');
    utimesSync(`${dir}/${old}`, 1, 1);
    for (const file of await store.leftovers(60_000)) await file.remove();
    expect(ingests(folder)).toHaveLength(2);
    expect(ingests(folder)).toContain(fresh);
    expect(await writing.commit()).toEqual(expected);
  });
});
