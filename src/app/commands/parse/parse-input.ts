import type { ArgumentSpec, ArgumentSpecs, ArgumentValue } from '../argument-spec.ts';
import type { AnyInput, Command } from '../define-command.ts';
import type { OptionSpec, OptionSpecs, OptionValue } from '../option-spec.ts';
import { scanOptions } from './scan-options.ts';
import { usageError } from './usage-error.ts';

/** Either the typed words of a call, or the wish to read its help. */
export type ParsedInput = { readonly help: true } | { readonly help: false; readonly input: AnyInput };

/**
 * The words after the verb as the command's input. `called` is how the user called it (`container stop`), for the
 * message. Throws `usage` with Docker's words.
 */
export function parseInput(
  command: Command,
  words: readonly string[],
  called = command.verbs[0],
): ParsedInput {
  const specs = Object.entries(command.args);
  const takesRest = specs.at(-1)?.[1].kind === 'rest';
  const { given, positionals, endOfOptionsAt, help } = scanOptions(
    { options: command.options, refused: command.refused, stopAtPositional: takesRest },
    words,
  );
  if (help) return { help: true };
  const fixed = specs.filter(([, spec]) => spec.kind === 'one').length;
  const dashes = takesRest && positionals[fixed] === '--' && endOfOptionsAt === undefined;
  const own = dashes ? positionals.toSpliced(fixed, 1) : positionals;
  checkCount(called, command.args, own.length);
  return {
    help: false,
    input: {
      args: assignArguments(specs, own),
      options: withDefaults(command.options, given),
      literal: dashes || endOfOptionsAt !== undefined,
    },
  };
}

/** Every option of the declaration, given or not. */
export function withDefaults(
  specs: OptionSpecs,
  given: ReadonlyMap<string, OptionValue>,
): Readonly<Record<string, OptionValue>> {
  const options: Record<string, OptionValue> = {};
  for (const key in specs) options[key] = given.has(key) ? given.get(key) : defaultValue(specs[key]!);
  return options;
}

function defaultValue(spec: OptionSpec): OptionValue {
  switch (spec.kind) {
    case 'flag':
      return spec.initial ?? false;
    case 'list':
      return [];
    case 'text':
    case 'integer':
      return spec.initial;
    default:
      return undefined;
  }
}

function assignArguments(
  specs: readonly (readonly [string, ArgumentSpec])[],
  words: readonly string[],
): Readonly<Record<string, ArgumentValue>> {
  const args: Record<string, ArgumentValue> = {};
  let next = 0;
  for (const [key, spec] of specs) {
    if (spec.kind === 'one' || spec.kind === 'optional') {
      args[key] = words[next];
      next += 1;
    } else {
      args[key] = words.slice(next);
      next = words.length;
    }
  }
  return args;
}

function checkCount(called: string, specs: ArgumentSpecs, count: number): void {
  let least = 0;
  let most = 0;
  for (const key in specs) {
    const spec = specs[key]!;
    if (spec.kind === 'one' || spec.kind === 'many') least += 1;
    if (spec.kind === 'rest') least += spec.minimum ?? 0;
    most += spec.kind === 'one' || spec.kind === 'optional' ? 1 : Number.POSITIVE_INFINITY;
  }
  if (count >= least && count <= most) return;
  throw usageError('argument-count', `'gantry ${called}' ${demand(least, most)}`, { exitCode: 1 });
}

function demand(least: number, most: number): string {
  const noun = (count: number) => `${count} argument${count === 1 ? '' : 's'}`;
  if (most === 0) return 'accepts no arguments';
  if (least === most) return `requires ${noun(least)}`;
  if (most === Number.POSITIVE_INFINITY) return `requires at least ${noun(least)}`;
  return least === 0
    ? `requires at most ${noun(most)}`
    : `requires at least ${least} and at most ${noun(most)}`;
}
