import { GantryError } from '../../base/gantry-error.ts';

/** Ctrl-p, ctrl-q. */
const usual = Uint8Array.of(16, 17);

/**
 * `ctrl-p,ctrl-q` as the bytes a terminal sends for them: letters, or `ctrl-` with a letter or one of `@[\]^_`. Empty:
 * no keys detach. Undefined: the usual ones.
 */
export function parseDetachKeys(text: string | undefined): Uint8Array {
  if (text === undefined) return usual;
  if (text === '') return new Uint8Array();
  return Uint8Array.from(text.split(','), (key) => {
    const control = /^ctrl-([a-zA-Z@[\\\]^_])$/.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
    if (/^[ -~]$/.test(key)) return key.charCodeAt(0);
    throw new GantryError({
      kind: 'usage',
      code: 'bad-detach-keys',
      message: `invalid detach keys (${text}): unknown character: '${key}'`,
    });
  });
}
