import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';

/** What is to become of a build, beside or instead of an image that is kept. */
export type BuildOutput =
  | { readonly type: 'image'; readonly names: readonly string[]; readonly push: boolean }
  | { readonly type: 'local' | 'tar'; readonly dest: string }
  /** An archive of the image. `dest` undefined: stdout. */
  | { readonly type: 'archive'; readonly dest: string | undefined };

/**
 * `-o type=local|tar|oci|docker|image|registry,dest=…`; a path alone is a folder, `-` a tar on stdout. Throws `invalid`
 * / `bad-output`.
 */
export function parseOutput(word: string, cwd: string): BuildOutput {
  if (word === '-') return { type: 'tar', dest: '/dev/stdout' };
  if (!word.includes('=')) return { type: 'local', dest: resolve(cwd, word) };
  const fields = new Map<string, string>();
  for (const field of word.split(',')) {
    const at = field.indexOf('=');
    if (at < 0) throw bad(word, `invalid value ${field}`);
    fields.set(field.slice(0, at).toLowerCase(), field.slice(at + 1));
  }
  const take = (name: string): string | undefined => {
    const value = fields.get(name);
    fields.delete(name);
    return value;
  };
  const type = take('type');
  const dest = take('dest');
  const name = take('name');
  const push = take('push') === 'true';
  const [unknown] = fields.keys();
  if (unknown !== undefined) throw bad(word, `unknown key ${JSON.stringify(unknown)}`);
  switch (type) {
    case undefined:
    case '':
      throw bad(word, 'type is required for output');
    case 'local':
      if (dest === undefined || dest === '') throw bad(word, 'dest is required for local output');
      return { type, dest: resolve(cwd, dest) };
    case 'tar':
      return { type, dest: dest === undefined || dest === '-' ? '/dev/stdout' : resolve(cwd, dest) };
    case 'oci':
      return { type: 'archive', dest: dest === '-' ? undefined : dest };
    case 'docker':
      if (dest === undefined) return { type: 'image', names: namesOf(name), push };
      return { type: 'archive', dest: dest === '-' ? undefined : dest };
    case 'image':
    case 'registry':
      return { type: 'image', names: namesOf(name), push: push || type === 'registry' };
    default:
      throw bad(word, `unknown type ${JSON.stringify(type)}`);
  }
}

function namesOf(text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [text];
}

function bad(word: string, why: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-output',
    message: `invalid argument ${JSON.stringify(word)} for "-o, --output" flag: ${why}`,
    hint: 'as in -o out, -o type=tar,dest=out.tar or -o type=oci,dest=image.tar',
  });
}
