import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makeNode } from '../../../../../src/core/host/make-node.ts';
import { rootUserDatabase } from '../../../../../src/core/runtime/root-user-database.ts';
import { resolveUser } from '../../../../../src/core/runtime/user/resolve-user.ts';
import { parseGroup, parsePasswd } from '../../../../../src/core/runtime/user/user-database.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const database = {
  passwd: () =>
    'root:x:0:0::/root:/bin/sh\njoe:x:1000:1000::/home/joe:\n0:x:66:66::/evil:\nbig:x:4294967296:1::/:\nnohome:x:9:9:::\n',
  group: () => 'root:x:0:\nwheel:x:10:root,joe\njoe:x:1000:\nstaff:x:50:joe\n',
};

describe('a user', () => {
  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [0, 10], home: '/root' }],
    ['joe', { uid: 1000, gid: 1000, additionalGids: [1000, 10, 50], home: '/home/joe' }],
    ['1000', { uid: 1000, gid: 1000, additionalGids: [1000, 10, 50], home: '/home/joe' }],
    ['joe:root', { uid: 1000, gid: 0, additionalGids: [0], home: '/home/joe' }],
    ['joe:77', { uid: 1000, gid: 77, additionalGids: [77], home: '/home/joe' }],
    ['0', { uid: 0, gid: 0, additionalGids: [0, 10], home: '/root' }],
    ['5555', { uid: 5555, gid: 0, additionalGids: [0], home: '/' }],
    ['5555:wheel', { uid: 5555, gid: 10, additionalGids: [10], home: '/' }],
    [':staff', { uid: 0, gid: 50, additionalGids: [50], home: '/root' }],
    ['nohome', { uid: 9, gid: 9, additionalGids: [9], home: '/' }],
    ['2147483647', { uid: 2147483647, gid: 0, additionalGids: [0], home: '/' }],
  ])('%j is resolved', (spec, expected) => {
    expect(resolveUser(spec, [], database)).toEqual(expected);
  });

  test.each([
    ['ghost', 'unable to find user ghost: no matching entries in passwd file'],
    ['joe:ghosts', 'unable to find group ghosts: no matching entries in group file'],
    ['2147483648', 'uids and gids must be in range 0-2147483647'],
    ['4294967296', 'uids and gids must be in range 0-2147483647'],
    ['0:4294967296', 'uids and gids must be in range 0-2147483647'],
    ['big', 'unable to find user big'],
    ['-1', 'unable to find user -1'],
  ])('%j is refused', (spec, words) => {
    expect(() => resolveUser(spec, [], database)).toThrow(words);
  });

  test('gets the groups added, by name or number', () => {
    expect(resolveUser('joe:joe', ['wheel', '99'], database).additionalGids).toEqual([1000, 10, 99]);
    expect(() => resolveUser('joe', ['ghosts'], database)).toThrow('unable to find group ghosts');
  });

  test('given as a number needs no file', () => {
    const none = { passwd: () => '', group: () => '' };
    expect(resolveUser('7:8', ['9'], none)).toEqual({ uid: 7, gid: 8, additionalGids: [8, 9], home: '/' });
  });
});

test('lines that are no entries are passed over', () => {
  expect(parsePasswd('\n# comment\nonly:two\n+::::::\nx:x:abc:0::/:\nok:x:1:2::/h:\n')).toEqual([
    { name: 'ok', uid: 1, gid: 2, home: '/h' },
  ]);
  expect(parseGroup('broken\ng:x:3:a, b\n')).toEqual([{ name: 'g', gid: 3, members: ['a', 'b'] }]);
});

describe('the database of a root', () => {
  test('is read inside it, whatever its links say', () => {
    using folder = tempFolder();
    const root = folder.at('root');
    mkdirSync(`${root}/etc`, { recursive: true });
    mkdirSync(`${root}/store`);
    writeFileSync(`${root}/store/passwd`, 'inside:x:1:1::/:\n');
    writeFileSync(folder.at('outside'), 'outside:x:1:1::/:\n');
    symlinkSync('/store/passwd', `${root}/etc/passwd`);
    symlinkSync('../../outside', `${root}/etc/group`);
    expect(rootUserDatabase(root).passwd()).toBe('inside:x:1:1::/:\n');
    expect(rootUserDatabase(root).group()).toBe('');
  });

  test('is empty where it is no file, or absurdly long', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('etc', 'group'), { recursive: true });
    makeNode(folder.at('etc', 'passwd'), 'fifo', 0o644);
    expect(rootUserDatabase(folder.path).passwd()).toBe('');
    expect(rootUserDatabase(folder.path).group()).toBe('');
    using other = tempFolder();
    mkdirSync(other.at('etc'));
    writeFileSync(other.at('etc', 'passwd'), Buffer.alloc(5 << 20, 'x'));
    expect(rootUserDatabase(other.path).passwd()).toBe('');
  });
});
