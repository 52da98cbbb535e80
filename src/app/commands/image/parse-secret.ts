import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildSecret } from '../../../engine/builds.ts';
import type { CommandContext } from '../command-context.ts';

/**
 * `--secret id=ID[,src=FILE|,env=NAME][,type=file|env]`. Without a source it is the variable of that name, else the file.
 * Throws `invalid` / `bad-secret`, `not-found` / `secret-not-found`.
 */
export function parseSecrets(
  words: readonly string[],
  ctx: Pick<CommandContext, 'cwd' | 'env'>,
): Readonly<Record<string, BuildSecret>> {
  return Object.fromEntries(words.map((word) => parseSecret(word, ctx)));
}

function parseSecret(
  word: string,
  { cwd, env }: Pick<CommandContext, 'cwd' | 'env'>,
): readonly [string, BuildSecret] {
  const fields: { id?: string; type?: string; file?: string; env?: string } = {};
  for (const field of word.split(',')) {
    const at = field.indexOf('=');
    if (at < 0) throw bad(word, `invalid field '${field}' must be a key=value pair`);
    const key = field.slice(0, at).toLowerCase();
    const value = field.slice(at + 1);
    if (key === 'id' || key === 'env') fields[key] = value;
    else if (key === 'src' || key === 'source') fields.file = value;
    else if (key !== 'type') throw bad(word, `unexpected key '${key}' in '${field}'`);
    else if (value !== 'file' && value !== 'env') throw bad(word, `unsupported secret type ${value}`);
    else fields.type = value;
  }
  const { id, type, file } = fields;
  if (id === undefined || id === '') throw bad(word, 'secret missing ID');
  const named = fields.env ?? (type === 'env' ? (file ?? id) : undefined);
  if (named !== undefined) return [id, { value: env[named] ?? '' }];
  if (file !== undefined) return [id, existing(id, resolve(cwd, file.replace(/^~(?=\/)/, homedir())))];
  const own = type === 'file' ? undefined : env[id];
  return [id, own === undefined ? existing(id, resolve(cwd, id)) : { value: own }];
}

/** It is read when a step wants it; one that is not there is told of before anything is built. */
function existing(id: string, path: string): BuildSecret {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return { path };
  throw new GantryError({
    kind: 'not-found',
    code: 'secret-not-found',
    message: `could not parse secrets: failed to stat ${path}: stat ${path}: no such file or directory`,
    hint: `secret ${id} is to be read from there: make it, or name another place with src= or env=`,
    details: { path },
  });
}

function bad(word: string, why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-secret',
    message: `invalid argument ${JSON.stringify(word)} for "--secret" flag: ${why}`,
    hint: 'as in --secret id=token,src=token.txt or --secret id=token,env=TOKEN',
  });
}
