import { describe, expect, it } from 'vitest';
import { pageLines } from '../../../../src/tui/pages/page-lines.ts';
import { plainText } from '../../../../src/tui/paint/styled-text.ts';

describe('the lines of a page', () => {
  const shown = (...parts: Parameters<typeof pageLines>) => pageLines(...parts).map(plainText);

  it('have labels in one column and fold long values beside them', () => {
    const facts = [
      ['name', 'web'],
      ['environment', ['PATH=/bin', 'A=1']],
      ['about', 'one two three four five'],
    ] as const;
    expect(shown([{ heading: 'Image', facts }], 30)).toEqual([
      'Image',
      '  name         web',
      '  environment  PATH=/bin',
      '               A=1',
      '  about        one two three',
      '               four five',
    ]);
  });

  it('leave out what says nothing', () => {
    const empty = { heading: 'Labels', facts: [['a', undefined] as const, ['b', ''] as const] };
    expect(shown([empty, { heading: 'Mounts', facts: [] }], 40)).toEqual([]);
  });

  it('give a long label a line of its own', () => {
    const facts = [
      ['org.opencontainers.image.title', 'web'],
      ['a', 'b'],
    ] as const;
    expect(shown([{ heading: 'Labels', facts }], 40)).toEqual([
      'Labels',
      '  org.opencontainers.image.title',
      '     web',
      '  a  b',
    ]);
  });

  it('count cells, not characters, and keep no control codes', () => {
    const facts = [
      ['日本', 'ok\u001b[2J\u0007'],
      ['name', '\u001b]0;title\u0007x'],
    ] as const;
    expect(shown([{ heading: 'Labels', facts }], 40)).toEqual(['Labels', '  日本  ok', '  name  x']);
  });
});
