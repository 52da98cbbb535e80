import { namedColours, type Theme, type TokenStyle } from './theme.ts';
import { type ThemeToken, themeTokens } from './theme-token.ts';

/** Something wrong in a theme file; `path` is where: `tokens.accent.fg`. */
export interface ThemeDiagnostic {
  readonly path: string;
  readonly message: string;
}

export interface ParsedTheme {
  /** Undefined when it cannot be used at all. */
  readonly value: Theme | undefined;
  readonly diagnostics: readonly ThemeDiagnostic[];
}

/**
 * Reads a theme from untrusted JSON. Roles it leaves out, or has wrong, are taken from `base`; each is reported. It
 * does not throw.
 */
export function parseTheme(json: unknown, base: Theme | undefined): ParsedTheme {
  const diagnostics: ThemeDiagnostic[] = [];
  const report = (path: string, message: string): void => {
    diagnostics.push({ path, message });
  };
  if (!isRecord(json) || !isRecord(json['tokens'])) {
    report('', 'a theme is an object with "name" and "tokens"');
    return { value: undefined, diagnostics };
  }
  const { name, title, appearance, tokens } = json;
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    report('name', 'want up to 40 lower-case letters, digits and hyphens');
    return { value: undefined, diagnostics };
  }
  for (const key of Object.keys(tokens as object)) {
    if (!(themeTokens as readonly string[]).includes(key)) report(`tokens.${key}`, 'no such role');
  }
  const styles = {} as Record<ThemeToken, TokenStyle>;
  for (const token of themeTokens) {
    const raw = (tokens as Record<string, unknown>)[token];
    if (raw === undefined) report(`tokens.${token}`, 'left out');
    styles[token] =
      raw === undefined ? (base?.tokens[token] ?? {}) : parseStyle(raw, `tokens.${token}`, report);
  }
  const value: Theme = {
    name,
    title: typeof title === 'string' ? title.slice(0, 60) : name,
    appearance: appearance === 'light' ? 'light' : 'dark',
    tokens: styles,
  };
  return { value, diagnostics };
}

type Report = (path: string, message: string) => void;

function parseStyle(raw: unknown, path: string, report: Report): TokenStyle {
  if (!isRecord(raw)) {
    report(path, 'want an object');
    return {};
  }
  const style: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    const problem = checkField(key, value, `${path}.${key}`, report);
    if (problem === undefined) style[key] = value;
    else report(`${path}.${key}`, problem);
  }
  return style as TokenStyle;
}

function checkField(key: string, value: unknown, path: string, report: Report): string | undefined {
  switch (key) {
    case 'fg':
    case 'bg':
      return typeof value === 'string' && /^(?:#[0-9a-f]{6}|default)$/i.test(value)
        ? undefined
        : 'want "#rrggbb" or "default"';
    case 'fg16':
    case 'bg16':
      return value === 'default' || (namedColours as readonly unknown[]).includes(value)
        ? undefined
        : 'want the name of one of the sixteen colours';
    case 'mono':
      if (!isRecord(value)) return 'want an object';
      for (const [name, flag] of Object.entries(value)) {
        const problem = checkField(name, flag, `${path}.${name}`, report);
        if (problem !== undefined || !attributes.has(name))
          return 'want bold, dim, italic, underline or inverse';
      }
      return undefined;
    default:
      if (!attributes.has(key)) return 'no such field';
      return typeof value === 'boolean' ? undefined : 'want true or false';
  }
}

const attributes = new Set(['bold', 'dim', 'italic', 'underline', 'inverse']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
