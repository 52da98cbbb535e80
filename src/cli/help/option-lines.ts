import { longName, type OptionSpec, type OptionSpecs } from '../../app/commands/option-spec.ts';
import { wrapText } from './wrap-text.ts';

/** What one option looks like: `-f, --filter filter` and its explanation. */
export interface OptionLine {
  readonly head: string;
  readonly help: string;
}

/** Every option of a command, by name. */
export function describeOptions(options: OptionSpecs): readonly OptionLine[] {
  return Object.entries(options)
    .map(([key, spec]) => ({ name: longName(key), spec }))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, spec }) => {
      const value = spec.kind === 'flag' ? '' : ` ${valueWord(spec)}`;
      return {
        head: `${spec.short === undefined ? '   ' : `-${spec.short},`} --${name}${value}`,
        help: spec.help + initial(spec),
      };
    });
}

/** The same as lines in two columns. */
export function optionLines(options: readonly OptionLine[], width: number): readonly string[] {
  const column = Math.max(...options.map(({ head }) => head.length)) + 3;
  return options.flatMap(({ head, help }) =>
    wrapText(help, Math.max(width - column - 2, 30)).map((line, at) =>
      `  ${(at === 0 ? head : '').padEnd(column)}${line}`.trimEnd(),
    ),
  );
}

function valueWord(spec: OptionSpec): string {
  if (spec.valueName !== undefined) return spec.valueName;
  const words = { text: 'string', integer: 'int', flag: 'bool' } as const;
  return spec.kind === 'text' || spec.kind === 'integer' || spec.kind === 'flag'
    ? words[spec.kind]
    : spec.kind;
}

function initial(spec: OptionSpec): string {
  if (spec.kind === 'flag') return spec.initial === true ? ' (default true)' : '';
  if (spec.kind === 'text' && spec.initial !== undefined) return ` (default ${JSON.stringify(spec.initial)})`;
  return '';
}
