import type { BuildSession } from './build-session.ts';
import type { CacheRecord } from './cache-records.ts';
import type { StageState } from './stage-state.ts';

/** The record of a step on top of a state: from our cache, else from those the build was told of, which is then ours. */
export function findStep(
  session: BuildSession,
  key: string,
  { chainId }: Pick<StageState, 'chainId'>,
): CacheRecord | undefined | Promise<CacheRecord | undefined> {
  if (session.noCache) return undefined;
  const { cache, imported } = session;
  const found = cache.find(key);
  if (found !== undefined || imported === undefined) return found;
  return imported.find(key, chainId).then((record) => {
    if (record !== undefined) cache.keep([key], record);
    return record;
  });
}
