import { readdirSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openContentStore } from '../../../src/core/content/open-content-store.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

const chunk = Buffer.alloc(64 * 1024, 'gantry');
const chunks = 200;
const whole = Buffer.concat(Array.from({ length: chunks }, () => chunk));
const expected = { digest: sha256(whole), sizeBytes: whole.length };

const writer = `
  const { openContentStore } = await import('SRC/core/content/open-content-store.ts');
  const store = openContentStore({ content: process.argv[1] });
  const expected = { digest: process.argv[2], sizeBytes: ${expected.sizeBytes} };
  const ingest = await store.ingest(expected);
  const chunk = Buffer.alloc(64 * 1024, 'gantry');
  console.log(String(ingest.offset));
  for (let offset = ingest.offset; offset < expected.sizeBytes; ) {
    const size = Math.min(chunk.length - (offset % chunk.length), expected.sizeBytes - offset);
    await ingest.write(chunk.subarray(offset % chunk.length, (offset % chunk.length) + size));
    offset += size;
  }
  await ingest.commit();
  console.log('committed');
`;

/** Every second piece from the end, slowly enough for the map to be kept, then those between. */
const backwardWriter = `
  const { setTimeout: pause } = await import('node:timers/promises');
  const { openContentStore } = await import('SRC/core/content/open-content-store.ts');
  const store = openContentStore({ content: process.argv[1] });
  const ingest = await store.ingest({ digest: process.argv[2], sizeBytes: ${expected.sizeBytes} });
  const chunk = Buffer.alloc(64 * 1024, 'gantry');
  let count = 0;
  for (const parity of [1, 0]) {
    for (let index = ${chunks} - 1; index >= 0; index -= 1) {
      if (index % 2 !== parity) continue;
      await ingest.writeAt(index * chunk.length, chunk);
      await pause(10);
      console.log(String(++count));
      // Killed here, however late the one who kills is told.
      if (count === 120) await new Promise(() => setInterval(() => {}, 1000));
    }
  }
`;

describe('an ingest whose process is killed', () => {
  it('is never seen as a blob, and is gone on with until it is one', async () => {
    using folder = tempFolder();
    const store = openContentStore({ content: folder.at('content') });
    const sizeOf = () => store.info(expected.digest)?.sizeBytes;
    const part = folder.at('content', 'ingest', expected.digest.replace(':', '-'));
    const writtenSize = () => statSync(part, { throwIfNoEntry: false })?.size ?? 0;
    let offset = 0;
    for (let round = 1; sizeOf() === undefined; round++) {
      expect(round).toBeLessThan(50);
      await using script = startScript(writer, [folder.at('content'), expected.digest]);
      const resumedAt = Number(await script.line());
      expect(resumedAt).toBeGreaterThanOrEqual(offset);
      offset = resumedAt;
      // Killed ever later: while it writes, at last perhaps while it flushes or renames.
      await until(
        () =>
          sizeOf() !== undefined ||
          (round <= 10 && writtenSize() > Math.min(round, 3.9) * (expected.sizeBytes / 4)),
      );
      await script.kill();
      expect([undefined, expected.sizeBytes]).toContain(sizeOf());
    }
    expect(sha256(await store.read(expected.digest, expected.sizeBytes))).toBe(expected.digest);
    expect(readdirSync(folder.at('content', 'ingest'))).toEqual([]);
  });

  it('with holes in it tells of nothing that is not there, and only what is missing is written again', async () => {
    using folder = tempFolder();
    const store = openContentStore({ content: folder.at('content') });
    await using script = startScript(backwardWriter, [folder.at('content'), expected.digest]);
    for (let line = ''; line !== '120'; ) line = await script.line();
    await script.kill();
    {
      await using ingest = await store.ingest(expected);
      const gaps = ingest.gaps();
      expect(gaps[0]?.start).toBe(0);
      const missing = gaps.reduce((sum, { start, end }) => sum + end - start, 0);
      expect(missing).toBeGreaterThanOrEqual(80 * chunk.length);
      expect(missing).toBeLessThan(whole.length);
      for (const { start, end } of gaps) await ingest.writeAt(start, whole.subarray(start, end));
      expect(ingest.offset).toBe(whole.length);
      await ingest.commit();
    }
    expect(sha256(await store.read(expected.digest, expected.sizeBytes))).toBe(expected.digest);
    expect(readdirSync(folder.at('content', 'ingest'))).toEqual([]);
  });

  it('leaves its lock to the one that waits', async () => {
    using folder = tempFolder();
    const store = openContentStore({ content: folder.at('content') });
    const stuck = writer.replace(
      'for (let offset',
      'await new Promise(() => setInterval(() => {}, 1000));\nfor (let offset',
    );
    await using script = startScript(stuck, [folder.at('content'), expected.digest]);
    await script.line();
    const waiting = store.ingest(expected);
    await script.kill();
    await using ingest = await waiting;
    await ingest.write(whole);
    expect(await ingest.commit()).toEqual(expected);
  });
});
