import type { DiagnosticSink } from './diagnostic-sink.ts';

/** What the comments at the very top of a Dockerfile say about reading it (Dockerfile reference, "Parser directives"). */
export interface Directives {
  /** `\` or a backtick. */
  readonly escape: string;
  /** The frontend image somebody asked for. gantry has one frontend: it is kept for those who want to show it. */
  readonly syntax: string | undefined;
  readonly check: CheckDirective;
}

export interface CheckDirective {
  readonly skip: ReadonlySet<string>;
  readonly skipAll: boolean;
  /** Failed checks fail the build. */
  readonly error: boolean;
}

const pattern = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const known: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

/**
 * Reads directives from the first lines. The first line that is none ends the zone; a `#!` line before them is fine.
 * `syntax` is also found as `// syntax=…` on the first line and as a member of a JSON object.
 */
export function readDirectives(lines: readonly string[], sink: DiagnosticSink): Directives {
  const found = new Map<string, string>();
  const first = lines[0]?.startsWith('#!') === true ? 1 : 0;
  for (let index = first; index < lines.length; index += 1) {
    const match = pattern.exec((lines[index] as string).trimStart());
    const key = match?.[1]?.toLowerCase();
    if (key === undefined || !known.has(key)) break;
    if (found.has(key)) {
      sink.error('duplicate-directive', `only one ${key} parser directive can be used`, sink.at(index + 1));
      break;
    }
    const value = match?.[2] as string;
    found.set(key, value);
    if (key === 'escape' && value !== '\\' && value !== '`') {
      sink.error('bad-escape', `invalid escape token '${value}' does not match \` or \\`, sink.at(index + 1));
      found.set(key, '\\');
    }
  }
  return {
    escape: found.get('escape') ?? '\\',
    syntax: found.get('syntax') ?? foreignSyntax(lines[first] ?? ''),
    check: readCheck(found.get('check') ?? ''),
  };
}

function foreignSyntax(line: string): string | undefined {
  return /^\/\/\s*syntax\s*=\s*(.+?)\s*$/i.exec(line)?.[1];
}

function readCheck(text: string): CheckDirective {
  const skip = new Set<string>();
  let error = false;
  for (const part of text.split(';')) {
    const [key, value = ''] = part.split('=').map((word) => word.trim());
    if (key === 'skip') for (const rule of value.split(',')) skip.add(rule.trim());
    if (key === 'error') error = value.toLowerCase() === 'true';
  }
  return { skip, skipAll: skip.has('all'), error };
}
