import { describe, expect, it } from 'vitest';
import { destination, type EndKind } from '../../../../src/core/files/destination.ts';

const source = (kind: 'file' | 'folder', contentOnly = false) => ({ kind, name: 'n', contentOnly });
const target = (kind: EndKind, wantsFolder = false) => ({ kind, shown: 'web:/a/b', wantsFolder });

describe('where a copy goes', () => {
  it.each([
    ['file', false, 'missing', false, 'as'],
    ['file', false, 'missing', true, 'no such directory: web:/a/b'],
    ['file', false, 'file', false, 'as'],
    ['file', false, 'file', true, 'not a directory: web:/a/b'],
    ['file', false, 'folder', false, 'into'],
    ['folder', false, 'missing', false, 'as'],
    ['folder', false, 'missing', true, 'as'],
    ['folder', false, 'file', false, 'cannot copy directory to web:/a/b: it is a file'],
    ['folder', false, 'folder', false, 'into'],
    ['folder', true, 'missing', false, 'as'],
    ['folder', true, 'file', false, 'cannot copy directory to web:/a/b: it is a file'],
    ['folder', true, 'folder', false, 'content'],
    ['file', false, 'no-parent', false, 'no such directory: web:/a'],
    ['folder', true, 'no-parent', false, 'no such directory: web:/a'],
  ] as const)('%s (content: %s) onto %s (with a slash: %s): %s', (kind, content, there, slash, result) => {
    const attempt = () => destination(source(kind, content), target(there, slash));
    if (result === 'as' || result === 'into' || result === 'content') expect(attempt()).toBe(result);
    else expect(attempt).toThrow(result);
  });
});
