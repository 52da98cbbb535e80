import { readSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { maximumId, parseGroup, parsePasswd } from '../../runtime/user/user-database.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { openSource } from '../tree/open-source.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import type { Owner } from '../tree/tree-writer.ts';

/** More of /etc/passwd than this is not a list of users. */
const databaseLimitBytes = 4 << 20;

/**
 * `--chown=user[:group]`, and USER for a WORKDIR: names looked up in the stage's own files. A number alone is user and group; a name alone
 * brings its primary group. Throws `invalid` / `no-such-user`, `no-such-group`.
 */
export function parseChown(tree: FileTree, text: string): Owner {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? '' : text.slice(colon + 1);
  const entry = findUser(tree, user);
  return { uid: entry.uid, gid: group === '' ? entry.gid : findGroup(tree, group) };
}

function findUser(tree: FileTree, user: string): Owner {
  if (user === '') return { uid: 0, gid: 0 };
  if (/^\d+$/.test(user)) return { uid: checkedId(user), gid: checkedId(user) };
  const entry = parsePasswd(readDatabase(tree, '/etc/passwd')).find(({ name }) => name === user);
  if (entry !== undefined) return entry;
  throw unknown('user', user);
}

function findGroup(tree: FileTree, group: string): number {
  if (/^\d+$/.test(group)) return checkedId(group);
  const entry = parseGroup(readDatabase(tree, '/etc/group')).find(({ name }) => name === group);
  if (entry !== undefined) return entry.gid;
  throw unknown('group', group);
}

function checkedId(text: string): number {
  const id = Number(text);
  if (id <= maximumId) return id;
  throw new GantryError({
    kind: 'invalid',
    code: 'id-range',
    message: `uids and gids must be in range 0-${maximumId}`,
  });
}

function unknown(what: 'user' | 'group', name: string): GantryError {
  const id = what === 'user' ? 'uid' : 'gid';
  return new GantryError({
    kind: 'invalid',
    code: `no-such-${what}`,
    message: `unable to convert ${id}/chown string to host mapping: can't find ${id} for ${what} ${name}: no such ${what}: ${name}`,
    hint: `the stage's /etc/${what === 'user' ? 'passwd' : 'group'} has no ${name}; give a number, or make the ${what} first`,
  });
}

/** Only a regular file is read, and only so much: a pipe or a device in an image must not hold the engine up. */
function readDatabase(tree: FileTree, path: string): string {
  const entry = tree.lookup(resolveInTree(tree, path));
  if (entry?.stats.isFile() !== true || entry.stats.size > databaseLimitBytes) return '';
  using source = openSource(entry);
  const buffer = Buffer.alloc(entry.stats.size);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(source.fd, buffer, length, buffer.length - length, null);
    if (count === 0) break;
    length += count;
  }
  return buffer.toString('utf8', 0, length);
}
