import { GantryError } from '../../../base/gantry-error.ts';
import type { GitLogin } from '../context/git-environment.ts';
import { withoutLogin } from '../context/url-login.ts';
import { readSecret } from '../ops/read-secret.ts';
import type { BuildSession } from '../solver/build-session.ts';

/**
 * The login for a repository of ADD: the secrets `GIT_AUTH_TOKEN` and `GIT_AUTH_HEADER`, of this host alone with
 * `.<host>` behind, as BuildKit has them; for SSH the agent of `--ssh default`. Throws `denied` / `ssh-not-found`.
 */
export function gitLogin({ secrets, ssh }: Pick<BuildSession, 'secrets' | 'ssh'>, remote: string): GitLogin {
  const url = URL.parse(remote);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const agent = Object.hasOwn(ssh, 'default') ? ssh['default'] : undefined;
    if (agent !== undefined || url?.protocol === 'git:') return { agent };
    throw new GantryError({
      kind: 'denied',
      code: 'ssh-not-found',
      message: `unset ssh forward key default: ${withoutLogin(remote)} is reached by SSH`,
      hint: 'give an agent to the build: --ssh default',
    });
  }
  const secret = (name: string): string | undefined => {
    const id = [`${name}.${url.host}`, name].find((candidate) => Object.hasOwn(secrets, candidate));
    const given = id === undefined ? undefined : secrets[id];
    return id === undefined || given === undefined
      ? undefined
      : Buffer.from(readSecret(id, given)).toString().trim();
  };
  const token = secret('GIT_AUTH_TOKEN');
  const value =
    token === undefined
      ? secret('GIT_AUTH_HEADER')
      : `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  return value === undefined ? {} : { header: { origin: url.origin, value } };
}
