import type { StoreReport } from '../engine/store-report.ts';
import { containerContext } from './containers/container-context.ts';
import { checkStore, type StoreCheckOptions } from './integrity/check-store.ts';
import type { CoreParts } from './open-core.ts';

/** The check of the whole store, on the parts that keep something in it. */
export async function assembleCheck(parts: CoreParts, options?: StoreCheckOptions): Promise<StoreReport> {
  return checkStore(await parts.services(), containerContext(await parts.containers()), options);
}
