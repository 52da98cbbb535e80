import type { DiagnosticSink } from './diagnostic-sink.ts';
import { didYouMean } from './did-you-mean.ts';
import type { InstructionNode } from './instruction-node.ts';

export type FlagKind = 'text' | 'texts' | 'boolean';

/** Flags an instruction knows. */
export type FlagTable = Readonly<Record<string, FlagKind>>;

/** The flags that were given, with valid values. */
export interface FlagValues {
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  boolean(name: string): boolean | undefined;
}

const noFlags: FlagValues = { text: () => undefined, texts: () => [], boolean: () => undefined };

/** Checks the flags of `node` against `table`. Messages are those of Docker's parser. */
export function readFlags(node: InstructionNode, table: FlagTable, sink: DiagnosticSink): FlagValues {
  if (node.flags.length === 0) return noFlags;
  const given = new Map<string, string[]>();
  for (const { name, value } of node.flags) {
    const kind = Object.hasOwn(table, name) ? table[name] : undefined;
    if (kind === undefined) {
      const nearest = didYouMean(name, Object.keys(table));
      const hint = nearest === undefined ? flagHint(node.name, table) : `did you mean --${nearest}?`;
      sink.error('unknown-flag', `unknown flag: --${name}`, node.position, hint);
      continue;
    }
    const earlier = given.get(name);
    if (earlier !== undefined && kind !== 'texts') {
      sink.error('duplicate-flag', `duplicate flag specified: ${name}`, node.position);
      continue;
    }
    const text = kind === 'boolean' ? readBoolean(value) : value;
    if (text === undefined || (kind === 'boolean' && value === '')) {
      const message =
        value === undefined || value === ''
          ? `missing a value on flag: ${name}`
          : `expecting boolean value for flag ${name}, not: ${value}`;
      sink.error('bad-flag-value', message, node.position);
      continue;
    }
    if (earlier === undefined) given.set(name, [text]);
    else earlier.push(text);
  }
  return {
    text: (name) => given.get(name)?.[0],
    texts: (name) => given.get(name) ?? [],
    boolean: (name) => {
      const text = given.get(name)?.[0];
      return text === undefined ? undefined : text === 'true';
    },
  };
}

function readBoolean(value: string | undefined): string | undefined {
  if (value === undefined) return 'true';
  const lower = value.toLowerCase();
  return lower === 'true' || lower === 'false' ? lower : undefined;
}

function flagHint(instruction: string, table: FlagTable): string {
  const names = Object.keys(table).map((name) => `--${name}`);
  return names.length === 0 ? `${instruction} takes no flags` : `${instruction} takes ${names.join(', ')}`;
}
