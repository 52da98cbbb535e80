import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtinThemes } from '../../../../src/app/themes/builtin-themes.ts';
import { parseTheme } from '../../../../src/app/themes/parse-theme.ts';
import { themeTokens } from '../../../../src/app/themes/theme-token.ts';

const file = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../themes/${name}.json`, import.meta.url), 'utf8'));

describe('themes', () => {
  it.each(['dark', 'light'])('%s gives every role a look and nothing else', (name) => {
    expect(parseTheme(file(name), undefined).diagnostics).toEqual([]);
  });

  it('has a schema that names the same roles', () => {
    const schema = file('theme.schema') as { properties: { tokens: { properties: object } } };
    expect(Object.keys(schema.properties.tokens.properties)).toEqual([...themeTokens]);
  });

  it('takes what is left out or wrong from another theme, and reports each', () => {
    const dark = builtinThemes[0];
    const { value, diagnostics } = parseTheme(
      {
        name: 'mine',
        tokens: { accent: { fg: 'blue', bold: true }, nonsense: {}, text: { mono: { blink: true } } },
      },
      dark,
    );
    expect(value?.tokens.accent).toEqual({ bold: true });
    expect(value?.tokens.muted).toEqual(dark.tokens.muted);
    expect(diagnostics).toContainEqual({ path: 'tokens.accent.fg', message: 'want "#rrggbb" or "default"' });
    expect(diagnostics).toContainEqual({ path: 'tokens.nonsense', message: 'no such role' });
    expect(diagnostics).toContainEqual({ path: 'tokens.muted', message: 'left out' });
    expect(diagnostics.some(({ path }) => path === 'tokens.text.mono')).toBe(true);
  });

  it.each([[null], ['dark'], [[]], [{}], [{ name: '../x', tokens: {} }], [{ name: 'ok', tokens: [] }]])(
    'refuses %j',
    (json) => {
      expect(parseTheme(json, undefined).value).toBeUndefined();
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        parseTheme(json, builtinThemes[0]);
        parseTheme({ name: 'x', tokens: json }, builtinThemes[0]);
        parseTheme({ name: 'x', tokens: { text: json } }, undefined);
      }),
    );
  });
});
