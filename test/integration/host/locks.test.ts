import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lockFile, tryLockFile } from '../../../src/core/host/lock-file.ts';
import { startScript } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const holder = `
  const { tryLockFile } = await import('SRC/core/host/lock-file.ts');
  const lock = tryLockFile(process.argv[1]);
  console.log(lock === undefined ? 'refused' : 'held');
  setInterval(() => lock, 1000);
`;

describe('lockFile', () => {
  it('has one holder, in this process too, until it is disposed', () => {
    using folder = tempFolder();
    {
      using first = tryLockFile(folder.at('lock'));
      expect(first?.path).toBe(folder.at('lock'));
      expect(tryLockFile(folder.at('lock'))).toBeUndefined();
    }
    using second = tryLockFile(folder.at('lock'));
    expect(second).toBeDefined();
  });

  it('may be shared by readers, who keep a writer out', () => {
    using folder = tempFolder();
    using one = tryLockFile(folder.at('lock'), { shared: true });
    using two = tryLockFile(folder.at('lock'), { shared: true });
    expect([one, two]).not.toContain(undefined);
    expect(tryLockFile(folder.at('lock'))).toBeUndefined();
  });

  it('is free at once when its holder is killed', async () => {
    using folder = tempFolder();
    await using other = startScript(holder, [folder.at('lock')]);
    expect(await other.line()).toBe('held');
    expect(tryLockFile(folder.at('lock'))).toBeUndefined();
    const waiting = lockFile(folder.at('lock'));
    await other.kill();
    using lock = await waiting;
    expect(lock.path).toBe(folder.at('lock'));
  });

  it('does not count a file that its last holder removed', () => {
    using folder = tempFolder();
    using old = tryLockFile(folder.at('lock'));
    rmSync(folder.at('lock'));
    using fresh = tryLockFile(folder.at('lock'));
    expect([old, fresh]).not.toContain(undefined);
  });

  it('gives up after its time, or when the signal fires, without a descriptor left', async () => {
    using folder = tempFolder();
    using held = tryLockFile(folder.at('lock'));
    const before = readdirSync('/proc/self/fd').length;
    await expect(lockFile(folder.at('lock'), { timeoutMs: 5 })).rejects.toMatchObject({
      code: 'lock-timeout',
    });
    const abort = new AbortController();
    const waiting = lockFile(folder.at('lock'), { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
    expect(held).toBeDefined();
  });
});
