import { flag, list } from './option-spec.ts';

/** `--filter` of a prune; `known` are the keys it takes. */
export function pruneFilterOption(known: readonly string[]) {
  const keys = known.map((key) => examples[key] ?? key);
  return list(`Only what matches all of these: ${keys.join(', ')}`, { valueName: 'filter' });
}

/** `--dry-run` of every prune: the exact list, and nothing removed. */
export const dryRunOption = flag('Tell what would go, and remove nothing');
/** `--force` of every prune. */
export const forceOption = flag('Do not ask', { short: 'f' });

const examples: Readonly<Record<string, string>> = {
  all: 'all=true',
  dangling: 'dangling=false',
  label: 'label=KEY[=VALUE]',
  inuse: 'inuse=false',
  'label!': 'label!=KEY[=VALUE]',
  shared: 'shared=false',
  type: 'type=regular',
  until: 'until=24h',
  'unused-for': 'unused-for=24h',
};
