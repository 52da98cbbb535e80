import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { findBinary, requireBinary } from '../../../src/core/host/find-binary.ts';
import { boundingCapabilities } from '../../../src/core/host/own-capabilities.ts';
import { ownResourceLimits } from '../../../src/core/host/own-limits.ts';
import { processEnd, signalProcess } from '../../../src/core/host/process-handle.ts';
import { bootId, isAlive, ownIdentity, processIdentity } from '../../../src/core/host/process-identity.ts';
import { runCommand } from '../../../src/core/host/run-command.ts';

describe('a process identity', () => {
  it('is alive as long as the process runs, and no longer when it is a zombie', async () => {
    const child = spawn('sleep', ['100']);
    await once(child, 'spawn');
    const identity = processIdentity(child.pid!)!;
    expect(isAlive(identity)).toBe(true);
    expect(isAlive({ ...identity, startTime: '1' })).toBe(false);
    child.kill('SIGKILL');
    await processEnd(identity);
    expect(isAlive(identity)).toBe(false);
  });

  it('is read right when the name has spaces and parentheses', async () => {
    const shell = spawn('/bin/sh', [
      '-c',
      "printf '%s' ') x (' > /proc/self/comm; cat /proc/self/comm; read x",
    ]);
    await once(shell.stdout, 'data');
    const identity = processIdentity(shell.pid!);
    expect(Number(identity?.startTime)).toBeGreaterThan(0);
    shell.stdin.end('\n');
    await once(shell, 'close');
    expect(processIdentity(shell.pid!)).toBeUndefined();
  });

  it('knows us and the boot', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('signalProcess', () => {
  it('reaches that process, and not another one with its number', async () => {
    const child = spawn('sleep', ['100']);
    await once(child, 'spawn');
    const identity = processIdentity(child.pid!)!;
    expect(signalProcess({ ...identity, startTime: '1' }, constants.signals.SIGKILL)).toBe(false);
    expect(isAlive(identity)).toBe(true);
    const closed = once(child, 'close');
    expect(signalProcess(identity, constants.signals.SIGTERM)).toBe(true);
    expect(await closed).toEqual([null, 'SIGTERM']);
    expect(signalProcess(identity, 0)).toBe(false);
  });
});

describe('processEnd', () => {
  it('waits for a process that is not our child', async () => {
    const shell = spawn('/bin/sh', ['-c', 'sleep 100 & echo $!; exit'], { detached: true });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const orphan = processIdentity(Number(line.toString()))!;
    const ended = processEnd(orphan);
    signalProcess(orphan, constants.signals.SIGKILL);
    await ended;
  });

  it('stops waiting when the signal fires', async () => {
    const abort = new AbortController();
    const waiting = processEnd(ownIdentity(), abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
  });
});

describe('runCommand', () => {
  it('passes input and environment, and returns status and both streams', async () => {
    const result = await runCommand({
      argv: ['/bin/sh', '-c', 'cat; echo "$WORD" >&2; exit 3'],
      env: { WORD: 'err' },
      input: 'in',
    });
    expect(result).toEqual({ status: 3, stdout: 'in', stderr: 'err\n' });
  });

  it('says 128 and the signal for a killed program', async () => {
    expect((await runCommand({ argv: ['/bin/sh', '-c', 'kill -9 $$'] })).status).toBe(137);
  });

  it('rejects a program that is not there', async () => {
    await expect(runCommand({ argv: ['/no/such/program'] })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'missing-program',
    });
  });

  it('kills what runs too long, writes too much, or is not wanted any more', async () => {
    await expect(runCommand({ argv: ['sleep', '100'], timeoutMs: 5 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await expect(runCommand({ argv: ['yes'], limitBytes: 1000 })).rejects.toMatchObject({
      code: 'output-limit',
    });
    const abort = new AbortController();
    const waiting = runCommand({ argv: ['sleep', '100'], signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('does not wait for what a program that was killed has left behind with its streams', async () => {
    const abort = new AbortController();
    const argv = ['/bin/sh', '-c', 'sleep 100 & wait'] as const;
    const waiting = runCommand({ argv, signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('keeps the start of a flood of errors and goes on', async () => {
    const script = 'i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done >&2; echo done';
    const result = await runCommand({ argv: ['/bin/sh', '-c', script] });
    expect(result.stdout).toBe('done\n');
    expect(result.stderr).toHaveLength(64 * 1024);
  });

  it('does not mind a program that ignores its input', async () => {
    const result = await runCommand({ argv: ['true'], input: 'x'.repeat(1 << 20) });
    expect(result.status).toBe(0);
  });
});

describe('findBinary', () => {
  it('finds programs by PATH, and by the system folders when PATH is empty', () => {
    expect(findBinary('sh')).toMatch(/^\/.*\/sh$/);
    expect(existsSync(findBinary('sh', '')!)).toBe(true);
    expect(findBinary('no-such-program')).toBeUndefined();
    expect(() => requireBinary('no-such-program', 'its-package')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('its-package') }),
    );
  });
});

describe('our own bounds', () => {
  it('are what the kernel says', async () => {
    const limit = ownResourceLimits().get('RLIMIT_NOFILE');
    const shell = await runCommand({ argv: ['/bin/sh', '-c', 'ulimit -Hn'] });
    expect(String(limit?.hard)).toBe(shell.stdout.trim());
    expect(ownResourceLimits().size).toBe(16);
    const bits = BigInt(`0x${/CapBnd:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);
    expect(boundingCapabilities().has('CAP_SYS_RESOURCE')).toBe((bits & (1n << 24n)) !== 0n);
    expect(boundingCapabilities().has('CAP_CHOWN')).toBe(true);
  });
});
