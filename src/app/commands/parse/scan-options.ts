import { longName, type OptionSpec, type OptionSpecs, type OptionValue } from '../option-spec.ts';
import { closestWord } from './closest-word.ts';
import { optionValue } from './option-value.ts';
import { usageError } from './usage-error.ts';

/** Options that stand before the command; put after it, they deserve to be told so. */
const globalNames: ReadonlySet<string> = new Set(['debug', 'root', 'version', 'yes']);

export interface ScanRules {
  readonly options: OptionSpecs;
  /** Options known and not taken, with the reason. */
  readonly refused?: Readonly<Record<string, string>> | undefined;
  /** The first positional ends our options: what follows belongs to the container's command. */
  readonly stopAtPositional: boolean;
}

export interface Scanned {
  /** Only what was given. */
  readonly given: ReadonlyMap<string, OptionValue>;
  readonly positionals: readonly string[];
  /** How many positionals came before a `--`; undefined without one. */
  readonly endOfOptionsAt: number | undefined;
  readonly help: boolean;
}

/**
 * Tells options from positional words, as pflag does: `--name value`, `--name=value`, clusters (`-it`), glued values
 * (`-p80:80`), `--` ends. Throws `usage` for an option it does not know or that lacks its value.
 */
export function scanOptions(rules: ScanRules, words: readonly string[]): Scanned {
  const given = new Map<string, OptionValue>();
  const positionals: string[] = [];
  let endOfOptionsAt: number | undefined;
  let help = false;

  const assign = (key: string, spec: OptionSpec, value: OptionValue): void => {
    const before = given.get(key);
    given.set(
      key,
      spec.kind === 'list' && before !== undefined
        ? [...(before as string[]), ...(value as string[])]
        : value,
    );
  };

  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word === '--') {
      endOfOptionsAt = positionals.length;
      positionals.push(...words.slice(index + 1));
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      if (!rules.stopAtPositional) {
        positionals.push(word);
        continue;
      }
      positionals.push(...words.slice(index));
      break;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      if (name === 'help') {
        help = true;
        continue;
      }
      const [key, spec] = findLong(rules, name);
      if (equals >= 0) assign(key, spec, optionValue(key, spec, word.slice(equals + 1)));
      else if (bareValue(spec) !== undefined) assign(key, spec, bareValue(spec)!);
      else if (index + 1 >= words.length)
        throw usageError('missing-value', `flag needs an argument: --${name}`);
      else assign(key, spec, optionValue(key, spec, words[++index]!));
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      const found = findShort(rules.options, letter);
      if (found === undefined) checkRefused(rules.refused, letter, `-${letter}`);
      if (found === undefined && letter === 'h') {
        help = true;
        continue;
      }
      if (found === undefined)
        throw usageError('unknown-option', `unknown shorthand flag: '${letter}' in ${word}`);
      const [key, spec] = found;
      const glued = word.slice(at + 1);
      if (glued.startsWith('=')) {
        assign(key, spec, optionValue(key, spec, glued.slice(1)));
        break;
      }
      const bare = bareValue(spec);
      if (bare !== undefined) {
        assign(key, spec, bare);
        continue;
      }
      if (glued === '' && index + 1 >= words.length) {
        throw usageError('missing-value', `flag needs an argument: '${letter}' in ${word}`);
      }
      assign(key, spec, optionValue(key, spec, glued === '' ? words[++index]! : glued));
      break;
    }
  }
  return { given, positionals, endOfOptionsAt, help };
}

function bareValue(spec: OptionSpec): OptionValue {
  if (spec.kind === 'flag') return true;
  return spec.kind === 'text' ? spec.bare : undefined;
}

function findShort(options: OptionSpecs, letter: string): readonly [string, OptionSpec] | undefined {
  for (const key in options) {
    if (options[key]!.short === letter) return [key, options[key]!];
  }
  return undefined;
}

function checkRefused(refused: ScanRules['refused'], name: string, shown: string): void {
  if (refused === undefined || !Object.hasOwn(refused, name)) return;
  throw usageError('unsupported-option', `${shown} is not supported: ${refused[name]}`);
}

function findLong({ options, refused }: ScanRules, name: string): readonly [string, OptionSpec] {
  for (const key in options) {
    const spec = options[key]!;
    if (longName(key) === name || spec.aliases?.includes(name)) return [key, spec];
  }
  checkRefused(refused, name, `--${name}`);
  if (globalNames.has(name)) {
    throw usageError('unknown-option', `unknown flag: --${name}`, {
      hint: `--${name} is an option of gantry itself: it goes before the command.`,
    });
  }
  const close = closestWord(name, [...Object.keys(options).map(longName), 'help']);
  throw usageError('unknown-option', `unknown flag: --${name}`, {
    hint: close === undefined ? undefined : `Did you mean --${close}?`,
  });
}
