export type ExecForm = { readonly ok: true; readonly argv: readonly string[] } | { readonly ok: false };

/**
 * The JSON form of an instruction's arguments. Undefined: not JSON, so it is the shell form. `ok: false`: a JSON
 * array that holds something else than strings, which is an error and not shell.
 */
export function parseExecForm(text: string): ExecForm | undefined {
  if (!text.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => typeof item === 'string') ? { ok: true, argv: value } : { ok: false };
}

/** BuildKit's words for `ok: false`. */
export const notStringsMessage = 'when using JSON array syntax, arrays must be comprised of strings only';
