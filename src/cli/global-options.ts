import { closestWord } from '../app/commands/parse/closest-word.ts';
import { usageError } from '../app/commands/parse/usage-error.ts';
import type { GantryError } from '../base/gantry-error.ts';

/** Options before the command. */
export interface GlobalOptions {
  /** Everything the engine keeps lies below it; undefined: the usual place. */
  readonly root: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
  /** Answers every question with yes. */
  readonly yes: boolean;
  /** Shows where an error came from. */
  readonly debug: boolean;
  /** `host[:port]` or CIDR blocks whose certificates are not checked, and that may speak plain HTTP. */
  readonly insecureRegistries: readonly string[];
}

export const noGlobals: GlobalOptions = {
  root: undefined,
  help: false,
  version: false,
  yes: false,
  debug: false,
  insecureRegistries: [],
};

export interface SplitArguments {
  readonly globals: GlobalOptions;
  /** The command and all that follows it. */
  readonly words: readonly string[];
}

const flags: ReadonlyMap<string, 'help' | 'version' | 'yes' | 'debug'> = new Map([
  ['--help', 'help'],
  ['-h', 'help'],
  ['--version', 'version'],
  ['-v', 'version'],
  ['--yes', 'yes'],
  ['-y', 'yes'],
  ['--debug', 'debug'],
  ['-D', 'debug'],
]);

const insecure = '--insecure-registry';

/** Those that lead on to a command, for completion. */
export const globalOffers = [
  { text: '--root', detail: 'Folder below which the engine keeps everything' },
  { text: insecure, detail: 'Registry that may do without TLS' },
  { text: '--yes', detail: 'Answer every question with yes' },
  { text: '--debug', detail: 'Show where an error came from' },
  { text: '--help', detail: 'Show help' },
  { text: '--version', detail: 'Show the version' },
] as const;

/** The words that make another gantry use the same engine in the same way. */
export function globalWords({ root, insecureRegistries }: GlobalOptions): readonly string[] {
  return [
    ...(root === undefined ? [] : ['--root', root]),
    ...insecureRegistries.flatMap((entry) => [insecure, entry]),
  ];
}

/** Takes the options before the command off. Throws `usage` for one that is not known. */
export function splitArguments(argv: readonly string[]): SplitArguments {
  const insecureRegistries: string[] = [];
  const globals: { -readonly [K in keyof GlobalOptions]: GlobalOptions[K] } = {
    ...noGlobals,
    insecureRegistries,
  };
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at]!;
    const flag = flags.get(word);
    if (flag !== undefined) globals[flag] = true;
    else if (word === '--root') globals.root = needed('--root', argv[++at]);
    else if (word.startsWith('--root=')) globals.root = needed('--root', word.slice('--root='.length));
    else if (word === insecure) insecureRegistries.push(needed(insecure, argv[++at]));
    else if (word.startsWith(`${insecure}=`)) {
      insecureRegistries.push(needed(insecure, word.slice(insecure.length + 1)));
    } else if (word === '--') return { globals, words: argv.slice(at + 1) };
    else if (word.startsWith('-') && word !== '-') throw unknownOption(word.split('=', 1)[0]!);
    else break;
  }
  return { globals, words: argv.slice(at) };
}

/** Docker's options that choose a daemon. */
const daemonOptions: ReadonlySet<string> = new Set([
  '-H',
  '--host',
  '-c',
  '--context',
  '--config',
  '--tls',
  '--tlsverify',
]);

function unknownOption(word: string): GantryError {
  const message = word.startsWith('--')
    ? `unknown flag: ${word}`
    : `unknown shorthand flag: '${word[1]}' in ${word}`;
  const close = closestWord(
    word,
    [...flags.keys(), '--root', insecure].filter((known) => known.length > 2),
  );
  const hint = daemonOptions.has(word)
    ? 'There is no daemon to connect to: the engine is built in.'
    : close && `Did you mean ${close}?`;
  return usageError('unknown-option', message, { hint });
}

function needed(option: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw usageError('missing-value', `flag needs an argument: ${option}`);
  return value;
}
