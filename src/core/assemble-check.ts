import type { StoreReport } from '../engine/store-report.ts';
import { containerContext } from './containers/container-context.ts';
import { checkDatabase } from './integrity/check-database.ts';
import { checkStore, type StoreCheckOptions } from './integrity/check-store.ts';
import { uncheckedStore } from './integrity/unchecked-store.ts';
import type { CoreParts } from './open-core.ts';

/** The check of the whole store, on the parts that keep something in it; of the database alone while that is damaged. */
export async function assembleCheck(
  parts: CoreParts,
  options: Omit<StoreCheckOptions, 'database'> = {},
): Promise<StoreReport> {
  const { depth = 'normal', repair = false } = options;
  const database = checkDatabase(parts.dirs, { depth, repair });
  if (database.state === 'damaged') return uncheckedStore({ depth, repair, findings: database.findings });
  return checkStore(await parts.services(), containerContext(await parts.containers()), {
    ...options,
    database,
  });
}
