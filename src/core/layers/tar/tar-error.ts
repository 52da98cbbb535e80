import { GantryError } from '../../../base/gantry-error.ts';

/** `corrupt` / `bad-tar`: the archive does not follow the format. */
export function tarError(why: string): GantryError {
  return new GantryError({ kind: 'corrupt', code: 'bad-tar', message: `invalid tar archive: ${why}` });
}
