import { describe, expect, it } from 'vitest';
import { registryLogin } from '../../../../src/app/commands/registry/login.ts';
import { warningLines, withWarnings } from '../../../../src/app/commands/with-warnings.ts';
import { GantryError } from '../../../../src/base/gantry-error.ts';

const failure = new GantryError({ kind: 'start', code: 'exec-format', message: 'exec format error' });
const fails = async (): Promise<never> => {
  throw failure;
};

describe('warnings', () => {
  it('are said before what work comes to', async () => {
    const work = async () => ({ kind: 'lines', lines: ['id'], warnings: ['two'] }) as const;
    expect(await withWarnings(warningLines(['one']), work)).toEqual({
      kind: 'lines',
      lines: ['id'],
      warnings: ['WARNING: one', 'two'],
    });
  });

  it('are not lost with its failure, whose status stays', async () => {
    expect(await withWarnings(['one'], fails)).toEqual({
      kind: 'none',
      warnings: ['one'],
      errors: [failure],
      exitCode: failure.exitCode,
    });
    await expect(withWarnings([], fails)).rejects.toBe(failure);
  });

  it('of a password on the command line come with a login that is refused too', async () => {
    const ctx = { engine: { registries: { login: fails } }, io: {} };
    const options = { username: 'bob', password: 'x', passwordStdin: false };
    const outcome = await registryLogin.run(ctx as never, { args: { server: 'r' }, options } as never);
    expect(outcome).toMatchObject({
      warnings: ['WARNING! Using --password via the CLI is insecure. Use --password-stdin.'],
      errors: [failure],
    });
  });
});
