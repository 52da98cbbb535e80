import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { CachePlaceName, CacheTarget } from '../../../engine/builds.ts';
import { parseReference } from '../../../oci/reference.ts';

/** `--cache-from`: an image or cache in a registry, or `type=registry,ref=…`, `type=local,src=…`. Throws `invalid`. */
export function parseCacheFrom(word: string, cwd: string): CachePlaceName {
  const fields = readFields(word, 'cache-from');
  if (fields.get('type') !== 'local') return registry(fields, word, 'cache-from');
  return { type: 'local', path: folder(fields, 'src', word, 'cache-from', cwd) };
}

/** `--cache-to`: `type=inline`, `type=registry,ref=…` or `type=local,dest=…`, the last two with `mode=min|max`. */
export function parseCacheTo(word: string, cwd: string): CacheTarget {
  const fields = readFields(word, 'cache-to');
  const type = fields.get('type');
  if (type === 'inline') return { type };
  const mode = fields.get('mode') ?? 'min';
  if (mode !== 'min' && mode !== 'max') {
    throw bad(word, 'cache-to', `invalid mode ${JSON.stringify(mode)}`, 'min or max');
  }
  if (type !== 'local') return { ...registry(fields, word, 'cache-to'), mode };
  return { type, path: folder(fields, 'dest', word, 'cache-to', cwd), mode };
}

type Flag = 'cache-from' | 'cache-to';

function readFields(word: string, flag: Flag): ReadonlyMap<string, string> {
  if (!word.includes('=')) {
    return new Map([
      ['type', 'registry'],
      ['ref', word],
    ]);
  }
  const fields = new Map<string, string>();
  for (const field of word.split(',')) {
    const at = field.indexOf('=');
    if (at < 1) throw bad(word, flag, `invalid value ${field}`);
    fields.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  if (fields.has('type')) return fields;
  throw bad(word, flag, `type required form> "${word}"`, 'as in type=registry,ref=HOST/NAME:TAG');
}

function registry(
  fields: ReadonlyMap<string, string>,
  word: string,
  flag: Flag,
): CachePlaceName & { type: 'registry' } {
  const type = fields.get('type') ?? '';
  if (type !== 'registry') {
    throw bad(
      word,
      flag,
      `unknown cache type ${JSON.stringify(type)}`,
      'inline, local and registry are known',
    );
  }
  const reference = fields.get('ref') ?? '';
  if (reference === '') throw bad(word, flag, 'ref is required for the registry cache');
  parseReference(reference);
  return { type, reference };
}

function folder(
  fields: ReadonlyMap<string, string>,
  key: 'src' | 'dest',
  word: string,
  flag: Flag,
  cwd: string,
): string {
  const path = fields.get(key) ?? '';
  if (path === '') throw bad(word, flag, `${key} is required for the local cache`);
  return resolve(cwd, path);
}

function bad(word: string, flag: Flag, why: string, hint?: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-cache',
    message: `invalid argument ${JSON.stringify(word)} for "--${flag}" flag: ${why}`,
    hint,
  });
}
