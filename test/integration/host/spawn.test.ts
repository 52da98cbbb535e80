import { closeSync, openSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makePipe } from '../../../src/core/host/pipe.ts';
import { PipeReader } from '../../../src/core/host/pipe-reader.ts';
import { processIdentity } from '../../../src/core/host/process-identity.ts';
import { reap, reapSoon, spawnProgram } from '../../../src/core/host/spawn-program.ts';
import { until } from '../../support/until.ts';

describe('spawnProgram', () => {
  it('gives a program its words, environment, folder and streams, and its status back', async () => {
    const output = makePipe();
    const pid = spawnProgram({
      argv: ['/bin/sh', '-c', 'echo "$0 $WORD $UNSET"; pwd; cat; ps -o sid= -p $$; kill -USR1 $$', 'one two'],
      env: { PATH: process.env['PATH'], WORD: 'three', UNSET: undefined },
      cwd: '/usr',
      descriptors: [undefined, output.writeEnd, output.writeEnd],
    });
    closeSync(output.writeEnd);
    const [words, folder, session] = (await textOf(output.readEnd)).split('\n');
    expect(words).toBe('one two three ');
    expect(folder).toBe('/usr');
    expect(Number(session)).toBe(pid);
    expect(await statusOf(pid)).toBe(128 + 10);
  });

  it('places descriptors where they are wanted, though they lie in each other’s way', async () => {
    const output = makePipe();
    const low = [openSync('/dev/zero', 'r'), output.writeEnd];
    const pid = spawnProgram({
      argv: ['/bin/sh', '-c', 'for fd in /proc/self/fd/*; do readlink "$fd"; done'],
      env: {},
      cwd: '/',
      // More of them than the numbers they have here.
      descriptors: [undefined, output.writeEnd, ...Array.from({ length: 40 }, (_, at) => low[at % 2])],
    });
    for (const fd of low) if (fd !== undefined) closeSync(fd);
    const lines = (await textOf(output.readEnd)).trim().split('\n');
    expect(lines.filter((line) => line === '/dev/zero')).toHaveLength(20);
    // Others, of whoever started the tests, may come along.
    expect(lines.filter((line) => line === lines[1])).toHaveLength(21);
    expect(await statusOf(pid)).toBe(0);
  });

  it('resets what we ignore and names a program that is not there', async () => {
    const pid = spawnProgram({
      argv: ['/bin/sh', '-c', 'kill -PIPE $$; exit 1'],
      env: {},
      cwd: '/',
      descriptors: [undefined, undefined, undefined],
    });
    expect(await statusOf(pid)).toBe(128 + 13);
    const missing = { argv: ['/no/such/program'], env: {}, cwd: '/', descriptors: [] } as const;
    expect(() => spawnProgram(missing)).toThrowError(/\/no\/such\/program/);
    expect(() => spawnProgram({ ...missing, argv: ['/bin/true'], cwd: '/no/such/folder' })).toThrow();
  });

  it('leaves no zombie where nobody waits', async () => {
    const pid = spawnProgram({ argv: ['/bin/sleep', '0.05'], env: {}, cwd: '/', descriptors: [] });
    expect(processIdentity(pid)).toBeDefined();
    reapSoon(pid);
    await until(() => !readdirSync('/proc').includes(String(pid)));
  });
});

describe('PipeReader', () => {
  it('ends when it is closed under its reader, and leaves no descriptor', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const { readEnd, writeEnd } = makePipe();
    const reader = new PipeReader(readEnd);
    const reading = Array.fromAsync(reader.chunks());
    reader[Symbol.dispose]();
    expect(await reading).toEqual([]);
    closeSync(writeEnd);
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});

async function textOf(fd: number): Promise<string> {
  const chunks = await Array.fromAsync(new PipeReader(fd).chunks());
  return Buffer.concat(chunks).toString();
}

async function statusOf(pid: number): Promise<number | undefined> {
  let status: number | undefined;
  await until(() => {
    status = reap(pid);
    return status !== undefined;
  });
  return status;
}
