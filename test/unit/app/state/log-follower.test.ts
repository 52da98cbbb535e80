import { expect, it } from 'vitest';
import { followLogs } from '../../../../src/app/state/log-follower.ts';
import { LogRing } from '../../../../src/app/state/log-ring.ts';
import type { LogEntry } from '../../../../src/engine/containers.ts';
import { FakeEngine } from '../../../support/fake-engine.ts';

async function read(entries: readonly LogEntry[]): Promise<string[]> {
  const engine = new FakeEngine();
  engine.containers.logs = async function* () {
    yield entries;
  };
  const ring = new LogRing();
  await followLogs(engine, 'web', ring, {
    signal: new AbortController().signal,
    tail: 100,
    changed: () => undefined,
  });
  return Array.from({ length: ring.length }, (_, n) => `${ring.at(n)?.stream}: ${ring.at(n)?.text}`);
}

const entry = (data: string | Uint8Array, stream: LogEntry['stream'] = 'stdout'): LogEntry => ({
  stream,
  time: '2026-01-01T00:00:00Z',
  data: typeof data === 'string' ? Buffer.from(data) : data,
});

it('joins the pieces of a long line, each stream for itself', async () => {
  const entries = [entry('one '), entry('error\n', 'stderr'), entry('two '), entry('three\n')];
  expect(await read(entries)).toEqual(['stderr: error', 'stdout: one two three']);
});

it('puts a character together that was cut between two pieces', async () => {
  const bytes = Buffer.from('é\n');
  expect(await read([entry(bytes.subarray(0, 1)), entry(bytes.subarray(1))])).toEqual(['stdout: é']);
});

it('shows bytes that are not UTF-8 as replacement characters', async () => {
  expect(await read([entry(new Uint8Array([0x61, 0xff, 0x62, 0x0a]))])).toEqual(['stdout: a\ufffdb']);
});
