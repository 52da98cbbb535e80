import type { Diagnostic } from '../dockerfile/diagnostic.ts';
import type { CheckOptions } from './check-options.ts';
import { type Rule, rules } from './rules.ts';

/** What of `diagnostics` somebody wants to hear: all errors, and findings of the checks that are made. */
export function selectFindings(
  diagnostics: readonly Diagnostic[],
  options: CheckOptions,
): readonly Diagnostic[] {
  return diagnostics.filter(({ severity, code }) => severity === 'error' || isMade(code, options));
}

function isMade(name: string, options: CheckOptions): boolean {
  const rule: Rule | undefined = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules] : undefined;
  if (rule?.experimental === true) return options.experimentalAll || options.experimental.has(name);
  return !options.skipAll && !options.skip.has(name);
}
