import { GantryError } from '../../../base/gantry-error.ts';
import type { OptionSpecs, OptionValue } from '../option-spec.ts';
import { scanOptions } from '../parse/scan-options.ts';

/**
 * Words after the image that are nothing but options of `run` (`run web -d -p 80:80`), added to those before it; lists
 * grow, the later of two values wins. Undefined: some word is something else, so they are the container's command.
 */
export function trailingOptions<V extends Readonly<Record<string, OptionValue>>>(
  specs: OptionSpecs,
  before: V,
  words: readonly string[],
): V | undefined {
  if (words[0]?.startsWith('-') !== true) return undefined;
  try {
    const { given, positionals, endOfOptionsAt, help } = scanOptions(
      { options: specs, stopAtPositional: false },
      words,
    );
    if (positionals.length > 0 || endOfOptionsAt !== undefined || help) return undefined;
    const merged: Record<string, OptionValue> = { ...before };
    for (const [key, value] of given) {
      merged[key] =
        specs[key]?.kind === 'list' ? [...(before[key] as string[]), ...(value as string[])] : value;
    }
    return merged as V;
  } catch (error) {
    if (error instanceof GantryError && error.kind === 'usage') return undefined;
    throw error;
  }
}
