import { GantryError } from '../../base/gantry-error.ts';
import { lookAt } from '../host/look-at.ts';
import { openMetadata } from './open-metadata.ts';
import { replacedFile } from './replaced-file.ts';

/** What is wrong with a database file, in SQLite's words; none: it is sound, or there is no such file. */
export function verifyDatabase(path: string, how: 'quick' | 'full'): readonly string[] {
  if (lookAt(path) === undefined) return [];
  const replaced = replacedFile(path);
  if (replaced !== undefined) return [replaced];
  try {
    using metadata = openMetadata(path);
    return metadata.verify(how);
  } catch (error) {
    const failure = GantryError.from(error);
    if (failure.code !== 'metadata-corrupt') throw failure;
    return [failure.message.replace(`${path} is damaged: `, '')];
  }
}
