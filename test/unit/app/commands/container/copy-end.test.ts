import { describe, expect, it } from 'vitest';
import { parseCopyOperand } from '../../../../../src/app/commands/container/copy-end.ts';

describe('an operand of cp', () => {
  it.each([
    ['-', { kind: 'stream' }],
    ['web:/etc/hosts', { kind: 'container', id: 'web', path: '/etc/hosts' }],
    ['web:etc', { kind: 'container', id: 'web', path: '/etc' }],
    ['web:/a:b/.', { kind: 'container', id: 'web', path: '/a:b/.' }],
    ['web:', { kind: 'container', id: 'web', path: '/' }],
    ['./a:b', { kind: 'local', path: '/here/a:b' }],
    ['/x/a:b', { kind: 'local', path: '/x/a:b' }],
    ['file', { kind: 'local', path: '/here/file' }],
    ['dir/', { kind: 'local', path: '/here/dir/' }],
    ['dir/.', { kind: 'local', path: '/here/dir/.' }],
    ['.', { kind: 'local', path: '/here/.' }],
    ['..', { kind: 'local', path: '/' }],
    ['/', { kind: 'local', path: '/' }],
    ['/.', { kind: 'local', path: '/.' }],
  ] as const)('%s', (word, operand) => {
    expect(parseCopyOperand(word, '/here')).toEqual(operand);
  });
});
