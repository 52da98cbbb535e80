import { GantryError } from '../../../base/gantry-error.ts';
import { discardBody } from '../../registry/discard-body.ts';
import type { HttpExchange } from '../../registry/http-exchange.ts';
import type { GitLogin } from '../context/git-environment.ts';

const refs = '/info/refs';

/**
 * Where the server of a repository says it lies, asked with a login that stays with its origin: git, which would take it
 * along, follows no redirect from there. Undefined: as named. Rejects `cancelled`; other failures git meets itself.
 */
export async function followGitRedirect(
  exchange: HttpExchange,
  remote: string,
  { value }: NonNullable<GitLogin['header']>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const asked = URL.parse(`${remote.replace(/\/$/, '')}${refs}?service=git-upload-pack`);
  if (asked === null) return undefined;
  try {
    const response = await exchange.send({
      method: 'GET',
      url: asked,
      headers: { authorization: value },
      signal,
    });
    discardBody(response);
    const { origin, pathname, href } = response.url;
    return href === asked.href || !pathname.endsWith(refs)
      ? undefined
      : origin + pathname.slice(0, -refs.length);
  } catch (error) {
    if (GantryError.from(error).kind === 'cancelled') throw error;
    return undefined;
  }
}
