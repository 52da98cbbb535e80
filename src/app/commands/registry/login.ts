import { GantryError } from '../../../base/gantry-error.ts';
import type { LoginReport } from '../../../engine/registries.ts';
import { optional } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';
import type { LinesOutcome } from '../outcome.ts';
import { withWarnings } from '../with-warnings.ts';
import { readPassword } from './read-password.ts';

export const registryLogin = defineCommand({
  id: 'registry.login',
  verbs: ['login', 'registry login'],
  summary: 'Log in to a registry',
  description:
    'Shows user name and password to the registry and, if they are taken, keeps them where Docker does: in ' +
    "`~/.docker/config.json`, or with the credential helper that file names. Docker, Podman and skopeo find them there. Without a server it is Docker Hub's; without a user name, a login that is kept is tried again.",
  args: { server: optional('SERVER', { help: 'HOST[:PORT] of the registry' }) },
  options: {
    username: text('User name', { short: 'u' }),
    password: text('Password (others can see it while the command runs)', { short: 'p', secret: true }),
    passwordStdin: flag('Read the password from stdin'),
  },
  examples: [
    { line: 'gantry login -u me registry.example:5000', meaning: 'ask for the password on the terminal' },
    { line: 'gantry login -u me --password-stdin < secret', meaning: 'to Docker Hub, from a script' },
  ],
  async run(ctx, { args: { server }, options: { username, password, passwordStdin } }) {
    if (password !== undefined && passwordStdin) {
      throw wrong('conflicting options: cannot specify both --password and --password-stdin');
    }
    if (passwordStdin && (username ?? '') === '') {
      throw wrong('the --password-stdin option requires --username to be set');
    }
    if (password === '') throw wrong('password is empty');
    const warnings =
      password === undefined
        ? []
        : ['WARNING! Using --password via the CLI is insecure. Use --password-stdin.'];
    const given = passwordStdin ? await readPassword(ctx.io.stdin) : password;
    if (username === undefined && given === undefined) return loginAgain(ctx, server);
    const credentials = await askForRest(ctx, { username, password: given }, undefined);
    return withWarnings(warnings, async () =>
      succeeded(await ctx.engine.registries.login({ server, credentials }, { signal: ctx.signal }), []),
    );
  },
});

/** With what is kept; where that is nothing, or is not taken any more, the person is asked. */
async function loginAgain(ctx: CommandContext, server: string | undefined): Promise<LinesOutcome> {
  const { registries } = ctx.engine;
  const { signal } = ctx;
  const saved = await registries.savedUser(server, { signal });
  const warnings: string[] = [];
  if (saved !== undefined) {
    try {
      const report = await registries.login({ server }, { signal });
      return succeeded(report, [], [`Authenticating with existing credentials... [Username: ${saved}]`]);
    } catch (error) {
      const denied = error instanceof GantryError && error.kind === 'denied';
      if (!denied || ctx.io.ask === undefined) throw error;
      warnings.push(`Login did not succeed, error: ${error.message}`);
    }
  }
  const credentials = await askForRest(ctx, { username: undefined, password: undefined }, saved);
  return succeeded(await registries.login({ server, credentials }, { signal }), warnings);
}

async function askForRest(
  { io: { ask } }: CommandContext,
  given: { readonly username: string | undefined; readonly password: string | undefined },
  usual: string | undefined,
): Promise<{ readonly username: string; readonly password: string }> {
  let { username, password } = given;
  if ((username ?? '') !== '' && password !== undefined) return { username: username as string, password };
  if (ask === undefined) {
    throw wrong(
      'Cannot perform an interactive login from a non TTY device',
      'Give the user name by -u and the password by --password-stdin.',
    );
  }
  if ((username ?? '') === '') {
    const answer = (await ask(usual === undefined ? 'Username: ' : `Username (${usual}): `))?.trim();
    username = answer === undefined || answer === '' ? usual : answer;
    if ((username ?? '') === '') throw wrong('Non-null Username Required');
  }
  password ??= (await ask('Password: ', { secret: true })) ?? '';
  if (password === '') throw wrong('Password Required');
  return { username: username as string, password };
}

function succeeded(
  report: LoginReport,
  before: readonly string[],
  opening: readonly string[] = [],
): LinesOutcome {
  const plain =
    report.plainTextFile === undefined
      ? []
      : [
          '',
          `WARNING! Your credentials are stored unencrypted in '${report.plainTextFile}'.`,
          'Configure a credential helper to remove this warning. See',
          'https://docs.docker.com/go/credential-store/',
          '',
        ];
  return {
    kind: 'lines',
    lines: [...opening, 'Login Succeeded'],
    warnings: [...before, ...report.warnings, ...plain],
  };
}

function wrong(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-login', message, hint });
}
