import { type CheckOptions, noCheckOptions, parseCheckOptions } from '../lint/check-options.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';

/** What the comments at the very top of a Dockerfile say about reading it (Dockerfile reference, "Parser directives"). */
export interface Directives {
  /** `\` or a backtick. */
  readonly escape: string;
  /** The frontend image somebody asked for. gantry has one frontend: it is kept for those who want to show it. */
  readonly syntax: string | undefined;
  readonly check: CheckOptions;
  /** Lines that are directives, and therefore no comments. */
  readonly lineCount: number;
}

/** Of a line without blanks at its ends. */
const pattern = /^([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)$/;
const known: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/**
 * Reads directives from the first lines; the first line that is none ends the zone. `syntax` and `check` are also
 * found behind a `#!` line, `syntax` besides as `//syntax=…` and as a member of a JSON object.
 */
export function readDirectives(lines: readonly string[], sink: DiagnosticSink): Directives {
  const shebang = lines[0]?.startsWith('#!') === true ? 1 : 0;
  const own = readZone(lines, 0, '#', sink);
  // What a `#!` line hides from a reader of comments is found by those who only want to know which frontend to start.
  const found = shebang === 0 ? own : readZone(lines, 1, '#', undefined);
  const escapeChar = own.values.get('escape') ?? '\\';
  const syntax = found.values.get('syntax') ?? foreignSyntax(lines, shebang);
  return {
    escape: escapeChar === '`' ? '`' : '\\',
    syntax: syntax === undefined ? undefined : firstWord(syntax),
    check: readCheck(found.values.get('check'), found.lineOf('check'), sink),
    lineCount: own.count,
  };
}

interface Zone {
  readonly values: ReadonlyMap<string, string>;
  readonly count: number;
  readonly lineOf: (key: string) => number;
}

function readZone(
  lines: readonly string[],
  first: number,
  comment: string,
  sink: DiagnosticSink | undefined,
): Zone {
  const values = new Map<string, string>();
  const places = new Map<string, number>();
  let at = first;
  for (; at < lines.length; at += 1) {
    const line = (lines[at] as string).trim();
    const match = line.startsWith(comment) ? pattern.exec(line.slice(comment.length).trimStart()) : null;
    const key = match?.[1]?.toLowerCase();
    if (key === undefined || !known.has(key)) break;
    if (values.has(key)) {
      sink?.error('duplicate-directive', `only one ${key} parser directive can be used`, sink.at(at + 1));
      break;
    }
    const value = match?.[2] as string;
    values.set(key, value);
    places.set(key, at + 1);
    if (key === 'escape' && value !== '\\' && value !== '`') {
      sink?.error('bad-escape', `invalid escape token '${value}' does not match \` or \\`, sink.at(at + 1));
    }
  }
  return { values, count: at - first, lineOf: (key) => places.get(key) ?? 1 };
}

function foreignSyntax(lines: readonly string[], first: number): string | undefined {
  const text = lines[first]?.trimStart() ?? '';
  if (text.startsWith('//')) return readZone(lines, first, '//', undefined).values.get('syntax');
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(lines.slice(first).join('\n'));
    const syntax = (value as { readonly syntax?: unknown }).syntax;
    return typeof syntax === 'string' ? syntax : undefined;
  } catch {
    return undefined;
  }
}

function readCheck(text: string | undefined, line: number, sink: DiagnosticSink): CheckOptions {
  if (text === undefined) return noCheckOptions;
  const parsed = parseCheckOptions(firstWord(text));
  if (parsed.ok) return parsed.options;
  sink.error('bad-check', `failed to parse check options: ${parsed.message}`, sink.at(line));
  return noCheckOptions;
}

function firstWord(text: string): string {
  const blank = text.indexOf(' ');
  return blank < 0 ? text : text.slice(0, blank);
}
