import { GantryError } from '../../../base/gantry-error.ts';
import type { Entitlement } from '../../../engine/builds.ts';

/** `--allow`. Throws `invalid` / `bad-entitlement`, in BuildKit's words. */
export function parseEntitlement(text: string): Entitlement {
  if (text === 'network.host' || text === 'security.insecure') return text;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-entitlement',
    message: `unknown entitlement ${text}`,
    hint: 'one of network.host, security.insecure',
  });
}
