import { existsSync, readdirSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { containerRecords } from '../../../src/core/containers/container-record.ts';
import { processIdentity } from '../../../src/core/host/process-identity.ts';
import type { LogEntry } from '../../../src/engine/containers.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

async function* oneByOne(batches: AsyncIterable<readonly LogEntry[]>): AsyncGenerator<LogEntry> {
  for await (const batch of batches) yield* batch;
}

describe('logs', () => {
  const texts = async (batches: AsyncIterable<readonly LogEntry[]>) =>
    (await Array.fromAsync(batches)).flat().map(({ stream, data }) => `${stream}: ${Buffer.from(data)}`);

  test('are kept with their streams and times, and can be read from the end', async () => {
    const { id } = await stand.run(['sh', '-c', 'for i in 1 2 3 4 5; do echo $i; done; echo end >&2']);
    const all = (await Array.fromAsync(stand.containers.logs(id))).flat();
    expect(all.map(({ data }) => Buffer.from(data).toString()).join('')).toContain('1\n2\n3\n4\n5\n');
    expect(await texts(stand.containers.logs(id, { tail: 2 }))).toHaveLength(2);
    expect(await texts(stand.containers.logs(id, { since: all.at(-1)!.time }))).toHaveLength(1);
    expect(await texts(stand.containers.logs(id, { until: '2001-01-01T00:00:00Z' }))).toEqual([]);
    await expect(texts(stand.containers.logs(id, { since: 'yesterday' }))).rejects.toThrow('RFC 3339');
  });

  test('are followed until the container ends', async () => {
    const id = await stand.up({
      command: [
        'sh',
        '-c',
        'i=0; while ! test -e /end; do i=$((i+1)); echo line $i; sleep 0.02; done; echo last',
      ],
    });
    const seen: string[] = [];
    for await (const { data } of oneByOne(stand.containers.logs(id, { follow: true }))) {
      seen.push(Buffer.from(data).toString());
      if (seen.length === 5) await stand.exec(id, 'touch', '/end');
    }
    expect(seen[0]).toBe('line 1\n');
    expect(seen.at(-1)).toBe('last\n');
    expect(new Set(seen).size).toBe(seen.length);
  });

  test('stop being followed when nobody wants them', async () => {
    const id = await stand.up({ command: ['sh', '-c', 'echo one; sleep 1000'] });
    const abort = new AbortController();
    const seen: string[] = [];
    const entries = oneByOne(stand.containers.logs(id, { follow: true, signal: abort.signal }));
    for await (const { data } of entries) {
      seen.push(Buffer.from(data).toString());
      abort.abort();
    }
    expect(seen).toEqual(['one\n']);
  });

  test('are bounded: the file rotates, and what is kept is the newest', async () => {
    const id = await stand.up({
      command: [
        'sh',
        '-c',
        'read go; for i in $(seq 1 60000); do echo "line $i of many, some longer than others"; done; read stop',
      ],
      openStdin: true,
      logOptions: { 'max-size': '100k' },
    });
    await using session = await stand.containers.attach(id, { stdin: true });
    const drained = (async () => {
      for await (const _ of session.output);
    })();
    const followed = Array.fromAsync(stand.containers.logs(id, { follow: true }));
    await session.write(Buffer.from('go\n'));
    await until(async () =>
      (await texts(stand.containers.logs(id, { tail: 1 })))[0]?.includes('line 60000 '),
    );
    const kept = await texts(stand.containers.logs(id));
    expect(kept.at(-1)).toContain('line 60000 ');
    expect(kept.length).toBeLessThan(60000);
    await session.write(Buffer.from('stop\n'));
    await drained;
    expect(Buffer.from((await followed).flat().at(-1)!.data).toString()).toContain('line 60000 ');
    const files = readdirSync(`${stand.root.dirs.containers}/${id}`).filter((name) =>
      name.startsWith('ctr.log'),
    );
    expect(files.length).toBeLessThanOrEqual(3);
  });

  test('lose and double nothing for who follows them, however often the file rotates', async () => {
    const perTurn = 800;
    const turns = 6;
    const line = (number: number) => `line ${number} ${'x'.repeat(90)}\n`;
    const script = `n=0; while read go && [ $go = go ]; do for i in $(seq ${perTurn}); do n=$((n+1)); echo "line $n ${'x'.repeat(90)}"; done; done`;
    const id = await stand.up({
      command: ['sh', '-c', script],
      openStdin: true,
      logOptions: { 'max-size': '150k' },
    });
    await using session = await stand.containers.attach(id, { stdin: true });
    const drained = (async () => {
      for await (const _ of session.output);
    })();
    let seen = '';
    const following = (async () => {
      for await (const { data } of oneByOne(stand.containers.logs(id, { follow: true })))
        seen += Buffer.from(data).toString();
    })();
    for (let turn = 1; turn <= turns; turn += 1) {
      await session.write(Buffer.from('go\n'));
      await until(() => seen.endsWith(line(turn * perTurn)));
    }
    await session.write(Buffer.from('stop\n'));
    await Promise.all([drained, following]);
    expect(seen).toBe(Array.from({ length: turns * perTurn }, (_, at) => line(at + 1)).join(''));
  });

  test('keep what was promised, however fast it comes, and nobody need look', async () => {
    const lines = 300_000;
    const command = ['sh', '-c', `seq ${lines}; echo end; sleep 1000`];
    for (const logOptions of [{}, { 'max-size': '1m', 'max-file': '3' }] as const) {
      const id = await stand.up({ command, logOptions });
      const dir = `${stand.root.dirs.containers}/${id}`;
      await until(async () => (await texts(stand.containers.logs(id, { tail: 1 })))[0] === 'stdout: end\n');
      const text = (await Array.fromAsync(stand.containers.logs(id)))
        .flat()
        .map(({ data }) => Buffer.from(data).toString())
        .join('');
      const kept = text.slice(0, -'\nend\n'.length).split('\n').slice(1).map(Number);
      const first = kept[0]!;
      expect(kept.findIndex((number, at) => number !== first + at)).toBe(-1);
      expect(kept.at(-1)).toBe(lines);
      const sizes = readdirSync(dir)
        .filter((name) => name.startsWith('ctr.log'))
        .map((name) => statSync(`${dir}/${name}`).size);
      if (!('max-size' in logOptions)) expect(first).toBe(2);
      else {
        await until(() => existsSync(`${dir}/ctr.log.2`));
        expect(sizes.length).toBeLessThanOrEqual(3);
        expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThan(2 << 20);
      }
      await stand.containers.remove(id, { force: true });
    }
  });

  test('have as many files as docker would keep', async () => {
    const dir = (id: string) => `${stand.root.dirs.containers}/${id}`;
    const names = (id: string) => readdirSync(dir(id)).filter((name) => name.startsWith('ctr.log'));
    const command = ['sh', '-c', 'seq 100000; sleep 0.2; echo end; sleep 1000'];
    for (const [more, kept] of [
      [{}, ['ctr.log']],
      [{ 'max-file': '2' }, ['ctr.log', 'ctr.log.1']],
    ] as const) {
      const id = await stand.up({ command, logOptions: { 'max-size': '1m', ...more } });
      await until(async () => (await texts(stand.containers.logs(id, { tail: 1 })))[0] === 'stdout: end\n');
      await until(() => names(id).toSorted().join() === kept.join());
      expect(statSync(`${dir(id)}/ctr.log`).size).toBeLessThan(3 << 20);
      await stand.containers.remove(id, { force: true });
    }
  });

  test('stay in bounds when who turns the files was killed', async () => {
    const command = ['sh', '-c', 'while read go; do seq 50000; done'];
    const id = await stand.up({ command, openStdin: true, logOptions: { 'max-size': '1m' } });
    const turner = () => containerRecords(stand.services.metadata).get(id)!.logTurner!;
    const first = turner();
    process.kill(first.pid, 'SIGKILL');
    await until(() => processIdentity(first.pid) === undefined);
    await stand.containers.list();
    expect(processIdentity(turner().pid)).toEqual(turner());
    await using session = await stand.containers.attach(id, { stdin: true });
    const drained = Array.fromAsync(session.output);
    await session.write(Buffer.from('go\n'));
    const dir = `${stand.root.dirs.containers}/${id}`;
    await until(() => existsSync(`${dir}/ctr.log.1`));
    const last = turner();
    await stand.containers.remove(id, { force: true });
    await drained;
    await until(() => processIdentity(last.pid)?.startTime !== last.startTime);
  });

  test('are not kept with the driver none', async () => {
    const { id, stdout } = await stand.run(['echo', 'hi'], { logDriver: 'none' });
    expect(stdout).toBe('hi\n');
    await expect(texts(stand.containers.logs(id))).rejects.toThrow(
      'configured logging driver does not support reading',
    );
    await expect(stand.containers.create({ image: 'busybox', logDriver: 'syslog' })).rejects.toThrow(
      "logger: no log driver named 'syslog' is registered",
    );
  });
});
