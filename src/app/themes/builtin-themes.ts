import dark from '../../../themes/dark.json' with { type: 'json' };
import light from '../../../themes/light.json' with { type: 'json' };
import { parseTheme } from './parse-theme.ts';
import type { Theme } from './theme.ts';

/** The themes that come with gantry, the default first. */
export const builtinThemes: readonly [Theme, ...Theme[]] = [builtin(dark), builtin(light)];

function builtin(json: unknown): Theme {
  const { value, diagnostics } = parseTheme(json, undefined);
  // A test holds the files to the schema; this is for the type.
  if (value === undefined) throw new TypeError(diagnostics[0]?.message ?? 'bad theme');
  return value;
}
