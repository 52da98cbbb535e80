import { goQuote } from '../go-quote.ts';

/** Which checks are made and what a failed one means: `skip=A,B;error=true;experimental=all`. */
export interface CheckOptions {
  readonly skip: ReadonlySet<string>;
  readonly skipAll: boolean;
  readonly experimental: ReadonlySet<string>;
  readonly experimentalAll: boolean;
  /** Failed checks fail the build. */
  readonly error: boolean;
}

export type ParsedCheckOptions =
  | { readonly ok: true; readonly options: CheckOptions }
  | { readonly ok: false; readonly message: string };

const none: ReadonlySet<string> = new Set();
export const noCheckOptions: CheckOptions = {
  skip: none,
  skipAll: false,
  experimental: none,
  experimentalAll: false,
  error: false,
};

const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false])),
};

/** Reads the value of the `check` directive or of `BUILDKIT_DOCKERFILE_CHECK`. Messages are BuildKit's. */
export function parseCheckOptions(text: string): ParsedCheckOptions {
  let options = noCheckOptions;
  if (text.trim() === '') return { ok: true, options };
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) return { ok: false, message: `invalid check option ${goQuote(part)}` };
    const key = part.slice(0, equals).trim();
    const value = part.slice(equals + 1).trim();
    const rules = new Set(value.split(',').map((rule) => rule.trim()));
    switch (key) {
      case 'skip':
        options = { ...options, ...(value === 'all' ? { skipAll: true } : { skip: rules }) };
        break;
      case 'experimental':
        options = { ...options, ...(value === 'all' ? { experimentalAll: true } : { experimental: rules }) };
        break;
      case 'error': {
        const error = Object.hasOwn(booleans, value) ? booleans[value] : undefined;
        if (error === undefined) {
          const why = `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`;
          return { ok: false, message: `failed to parse check option ${goQuote(part)}: ${why}` };
        }
        options = { ...options, error };
        break;
      }
      default:
        return { ok: false, message: `invalid check option ${goQuote(key)}` };
    }
  }
  return { ok: true, options };
}
