import { describe, expect, it } from 'vitest';
import { excerptLines } from '../../../../../src/app/commands/present/excerpt-lines.ts';

const place = { file: 'Dockerfile', line: 1, column: 1, endLine: 1 };
const longest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));

describe('the lines an error is about', () => {
  it('are cut to 120 columns, or as many as there are', () => {
    const text = `RUN ${'x'.repeat(100_000)}\n${'y'.repeat(500)}\n`;
    const lines = excerptLines(text, place);
    expect(longest(lines)).toBe(120);
    expect(lines[2]).toMatch(/^ {3}1 \| >>> RUN x+…$/);
    expect(longest(excerptLines(text, place, 60))).toBe(60);
    expect(excerptLines('RUN short\n', place, 60)[2]).toBe('   1 | >>> RUN short');
  });

  it('show a long line around the position', () => {
    const text = `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}`;
    const shown = excerptLines(text, { ...place, column: 5001 })[2] ?? '';
    expect(shown).toMatch(/^ {3}1 \| >>> …a+HEREb+…$/);
    expect(shown).toHaveLength(120);
  });

  it('count wide characters twice', () => {
    expect([...(excerptLines('界'.repeat(200), place)[2] ?? '')].length).toBe(11 + 54 + 1);
  });

  it('leave out the middle of an instruction of very many lines', () => {
    const text = Array.from({ length: 1000 }, (_, at) => `line ${at + 1}`).join('\n');
    const lines = excerptLines(text, { ...place, line: 100, endLine: 900 });
    expect(lines.length).toBeLessThan(50);
    expect(lines).toContain('     |     … 765 more lines');
    expect(lines).toContain(' 117 | >>> line 117');
    expect(lines).toContain(' 883 | >>> line 883');
    expect(lines).not.toContain(' 118 | >>> line 118');
    expect(lines).not.toContain(' 882 | >>> line 882');
  });
});
