import { GantryError } from '../../../base/gantry-error.ts';
import type { RuntimeProcess } from '../runtime-spec.ts';

/** Names of `--ulimit`, as Docker takes them. */
const limitNames = new Set([
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
]);

/** What a container gets where the host allows it; a shell's own soft limit of 1024 is too low for many servers. */
const defaultOpenFiles = 1_048_576;

export interface LimitFacts {
  /** Our own hard limits by OCI name (`RLIMIT_NOFILE`); `Infinity` where there is none. */
  readonly hardLimits: ReadonlyMap<string, number>;
  /** We hold CAP_SYS_RESOURCE. */
  readonly mayRaiseLimits: boolean;
}

/**
 * `process.rlimits`: those asked for and a generous `nofile`, none above our own hard limits unless we may raise
 * them: a runtime fails when it is refused. `Infinity` is no limit.
 * @throws GantryError `invalid` / `ulimit` for an unknown name or a soft limit above the hard one
 */
export function processLimits(
  asked: readonly { readonly name: string; readonly soft: number; readonly hard: number }[],
  facts: LimitFacts,
): NonNullable<RuntimeProcess['rlimits']> {
  const limits = new Map([['nofile', { soft: defaultOpenFiles, hard: defaultOpenFiles }]]);
  for (const { name, soft, hard } of asked) {
    if (!limitNames.has(name)) throw bad(`invalid ulimit type: ${name}`);
    const pair = {
      soft: soft < 0 ? Number.POSITIVE_INFINITY : soft,
      hard: hard < 0 ? Number.POSITIVE_INFINITY : hard,
    };
    if (pair.soft > pair.hard) {
      throw bad(`ulimit soft limit must be less than or equal to hard limit: ${name}=${soft}:${hard}`);
    }
    limits.set(name, pair);
  }
  return [...limits].map(([name, { soft, hard }]) => {
    const type = `RLIMIT_${name.toUpperCase()}`;
    const ceiling = facts.mayRaiseLimits ? Number.POSITIVE_INFINITY : (facts.hardLimits.get(type) ?? hard);
    return { type, soft: Math.min(soft, ceiling), hard: Math.min(hard, ceiling) };
  });
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'ulimit', message });
}
