import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildEvent } from '../../../engine/builds.ts';
import type { Emit } from '../../../engine/start-operation.ts';
import type { Diagnostic } from '../dockerfile/diagnostic.ts';
import { type CheckOptions, parseCheckOptions } from './check-options.ts';
import { selectFindings } from './select-findings.ts';

/** Tells a build's findings as they are made, and knows whether they forbid to go on. */
export class FindingsReport {
  readonly #options: CheckOptions;
  readonly #emit: Emit<BuildEvent>;
  readonly #found: Diagnostic[] = [];

  constructor(options: CheckOptions, emit: Emit<BuildEvent>) {
    this.#options = options;
    this.#emit = emit;
  }

  tell(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of selectFindings(diagnostics, this.#options)) {
      if (diagnostic.severity === 'error') continue;
      const { code: rule, message, position } = diagnostic;
      this.#found.push(diagnostic);
      this.#emit({ kind: 'warning', rule, message, position });
    }
  }

  /** Throws `invalid` / `lint-violation` when findings are to fail the build (`check=error=true`). */
  refuse(): void {
    const error = violation(this.#found, this.#options);
    if (error !== undefined) throw error;
  }
}

/** The error of a build that findings forbid, in BuildKit's words. */
export function violation(findings: readonly Diagnostic[], options: CheckOptions): GantryError | undefined {
  const [first] = findings;
  if (!options.error || first === undefined) return undefined;
  const names = [...new Set(findings.map(({ code }) => code))];
  return new GantryError({
    kind: 'invalid',
    code: 'lint-violation',
    message: `lint violation found for rules: ${names.join(', ')}`,
    hint: `correct them, or put "# check=skip=${names.join(',')}" on the first line`,
    details: { position: first.position, rules: names },
  });
}

/** `BUILDKIT_DOCKERFILE_CHECK` stands above what the file says. Throws `invalid` / `bad-check`. */
export function checkOptionsOf(
  fromFile: CheckOptions,
  buildArgs: Readonly<Record<string, string>>,
): CheckOptions {
  const text = Object.hasOwn(buildArgs, 'BUILDKIT_DOCKERFILE_CHECK')
    ? buildArgs['BUILDKIT_DOCKERFILE_CHECK']
    : undefined;
  if (text === undefined) return fromFile;
  const parsed = parseCheckOptions(text);
  if (parsed.ok) return parsed.options;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-check',
    message: `failed to parse check options: ${parsed.message}`,
    hint: 'BUILDKIT_DOCKERFILE_CHECK is skip=RULE,…;error=true;experimental=RULE,…',
  });
}
