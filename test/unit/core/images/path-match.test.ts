import { describe, expect, it } from 'vitest';
import { pathMatch } from '../../../../src/core/images/path-match.ts';

describe('pathMatch', () => {
  it.each([
    ['web', 'web', true],
    ['web*', 'web:1', true],
    ['*', 'alice/web', false],
    ['*/web', 'alice/web', true],
    ['w?b', 'web', true],
    ['w?b', 'w/b', false],
    ['[a-w]eb', 'web', true],
    ['[^a-v]eb', 'web', true],
    ['[^w]eb', 'web', false],
    ['w\\*', 'w*', true],
    ['w\\*', 'wx', false],
    ['a.b', 'axb', false],
    ['[]a]', 'a', undefined],
    ['[', 'a', undefined],
    ['a\\', 'a', undefined],
  ])('%s on %s', (pattern, name, answer) => {
    expect(pathMatch(pattern, name)).toBe(answer);
  });
});
