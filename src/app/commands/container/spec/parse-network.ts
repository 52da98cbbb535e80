import { specError } from './spec-error.ts';

export interface NetworkChoice {
  readonly network: string | undefined;
  readonly aliases: readonly string[];
}

/** `--network NAME` or `--network name=NAME,alias=A`. Throws `invalid` / `bad-network`. */
export function parseNetwork(words: readonly string[]): NetworkChoice {
  if (words.length > 1) {
    throw specError(
      'bad-network',
      `a container joins one network here, not ${words.length}: ${words.join(', ')}`,
    );
  }
  const [text] = words;
  if (text === undefined || !text.includes('=')) return { network: text, aliases: [] };
  let network: string | undefined;
  const aliases: string[] = [];
  for (const part of text.split(',')) {
    const [key, value = ''] = part.split('=', 2);
    if (key === 'name') network = value;
    else if (key === 'alias') aliases.push(value);
    else throw specError('bad-network', `invalid field ${key} in --network: use name and alias`);
  }
  if (network === undefined) throw specError('bad-network', 'network name/id is not specified');
  return { network, aliases };
}
