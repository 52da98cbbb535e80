import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';

/** `--build-context NAME=…`; folders are taken from where the user is. Throws `invalid` / `bad-context`. */
export function namedContexts(words: readonly string[], cwd: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      const value = word.slice(equals + 1);
      if (equals < 1 || value === '') {
        throw new GantryError({
          kind: 'invalid',
          code: 'bad-context',
          message: `invalid context value: ${word}, expected key=value`,
          hint: '--build-context NAME=PATH',
        });
      }
      const layout = /^oci-layout:\/\/(.+)$/.exec(value)?.[1];
      const isElsewhere = /^[a-z][a-z-]*:|^git@/.test(value);
      const place = layout === undefined ? value : `oci-layout://${resolve(cwd, layout)}`;
      return [word.slice(0, equals), isElsewhere ? place : resolve(cwd, value)];
    }),
  );
}
