import type { NetworkAttachment } from '../../../../engine/containers.ts';
import { specError } from './spec-error.ts';

/** What `--network` says: the first is what the options about "the" network mean. Undefined: the default. */
export interface NetworkChoice {
  readonly first: NetworkAttachment | undefined;
  readonly more: readonly NetworkAttachment[];
}

/** `--network NAME` or `--network name=NAME,alias=A,ip=ADDRESS,ip6=ADDRESS`, as often as wanted. Throws `invalid` / `bad-network`. */
export function parseNetworks(words: readonly string[]): NetworkChoice {
  const [first, ...more] = words.map(parseOne);
  return { first, more };
}

function parseOne(text: string): NetworkAttachment {
  if (!text.includes('=')) return { network: text };
  const fields: Record<string, string> = {};
  const aliases: string[] = [];
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const key = at < 0 ? part : part.slice(0, at);
    const value = at < 0 ? '' : part.slice(at + 1);
    if (key === 'alias') aliases.push(value);
    else if (['name', 'ip', 'ip6', 'mac-address'].includes(key)) fields[key] = value;
    else
      throw specError(
        'bad-network',
        `invalid field ${key} in --network: use name, alias, ip, ip6 and mac-address`,
      );
  }
  const { name, ip, ip6, 'mac-address': macAddress } = fields;
  if (name === undefined) throw specError('bad-network', 'network name/id is not specified');
  return { network: name, aliases, address: ip, ipv6Address: ip6, macAddress };
}
