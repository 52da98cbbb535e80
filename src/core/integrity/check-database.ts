import { GantryError } from '../../base/gantry-error.ts';
import type { StoreCheckDepth, StoreFinding } from '../../engine/store-report.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { salvageDatabase } from '../metadata/salvage-database.ts';
import { verifyDatabase } from '../metadata/verify-database.ts';

/** The file all records lie in, before anything else is asked of it. */
export interface DatabaseCheck {
  readonly findings: readonly StoreFinding[];
  /** `salvaged`: just made anew from what could be read, so that records may be missing. */
  readonly state: 'sound' | 'salvaged' | 'damaged';
}

/** Whether SQLite finds it sound; if not and that is wanted, it is made anew from what can be read of it. */
export function checkDatabase(
  { database }: Pick<EngineDirs, 'database'>,
  { depth, repair }: { readonly depth: StoreCheckDepth; readonly repair: boolean },
): DatabaseCheck {
  const [message] = verifyDatabase(database, depth === 'quick' ? 'quick' : 'full');
  if (message === undefined) return { findings: [], state: 'sound' };
  const finding = {
    code: 'database-damaged',
    severity: 'damage',
    subject: database,
    message: `the database of all records is damaged: ${message}`,
  } as const;
  if (!repair) {
    const remedy = 'make it anew from what can be read of it, and look for the rest on the disk';
    return { findings: [{ ...finding, status: 'found', remedy }], state: 'damaged' };
  }
  try {
    const { records, keptAs } = salvageDatabase(database);
    const remedy = `made anew from ${records} records that could be read; the damaged file is kept as ${keptAs}`;
    return { findings: [{ ...finding, status: 'mended', remedy }], state: 'salvaged' };
  } catch (error) {
    const remedy = GantryError.from(error).message;
    return { findings: [{ ...finding, status: 'not-mended', remedy }], state: 'damaged' };
  }
}
