import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { getXattr, listXattrs, setXattr } from '../../../src/core/host/xattrs.ts';
import type { Prey } from './attack.ts';

/** What lies around a target and must stay as it is. */
export interface World {
  readonly prey: Prey;
  /** What is different from when it was made, a line each: next to the target only, or in folders of the host too. */
  changes(where: 'near' | 'host'): readonly string[];
}

/** Makes a folder `outside` in `dir`, next to a target, with a bit of everything, and remembers it and the host's. */
export function makeWorld(dir: string): World {
  const outside = join(dir, 'outside');
  mkdirSync(join(outside, 'folder'), { recursive: true });
  writeFileSync(join(outside, 'secret'), 'secret', { mode: 0o600 });
  writeFileSync(join(outside, 'folder', 'inner'), 'inner');
  symlinkSync('secret', join(outside, 'link'));
  execFileSync('mkfifo', [join(outside, 'pipe')]);
  setXattr(join(outside, 'secret'), 'user.mark', 'mark');
  const near = () => [...describeTree(outside), ...names(dir)];
  const look = (where: 'near' | 'host'): ReadonlyMap<string, string> =>
    new Map(where === 'near' ? near() : [...near(), ...hostFolders.flatMap(describeFolder)]);
  const before = { near: look('near'), host: look('host') };
  return {
    prey: { absolute: outside, relative: '../outside' },
    changes(where) {
      const after = look(where);
      const paths = new Set([...before[where].keys(), ...after.keys()]);
      return [...paths]
        .filter((path) => before[where].get(path) !== after.get(path))
        .map(
          (path) =>
            `${path}: ${before[where].get(path) ?? 'was not there'} → ${after.get(path) ?? 'is gone'}`,
        );
    },
  };
}

/** Where an escape would be worst. */
const hostFolders = ['/', '/etc', '/root', '/usr/bin', '/dev'];

function names(dir: string): readonly (readonly [string, string])[] {
  return [
    [
      `${dir}/`,
      readdirSync(dir)
        .filter((name) => name !== 'target')
        .sort()
        .join(' '),
    ],
  ];
}

function describeTree(path: string): readonly (readonly [string, string])[] {
  const stat = lstatSync(path);
  const inside = stat.isDirectory()
    ? readdirSync(path).flatMap((name) => describeTree(join(path, name)))
    : [];
  return [[path, describeFile(path)], ...inside];
}

/** The change time too: it cannot be set back, and tells also of what was put back as it was. */
function describeFile(path: string): string {
  const { ino, mode, uid, gid, nlink, size, mtimeNs, ctimeNs, rdev } = lstatSync(path, { bigint: true });
  const stat = lstatSync(path);
  const content = stat.isFile()
    ? readFileSync(path, 'latin1')
    : stat.isSymbolicLink()
      ? readlinkSync(path)
      : '';
  const xattrs = listXattrs(path).map(
    (name) => `${name}=${Buffer.from(getXattr(path, name) ?? []).toString('hex')}`,
  );
  return [ino, mode.toString(8), uid, gid, nlink, size, mtimeNs, ctimeNs, rdev, content, ...xattrs].join(' ');
}

/** One level, without times: the host is busy with other things. */
function describeFolder(dir: string): readonly (readonly [string, string])[] {
  return readdirSync(dir).map((name) => {
    const path = join(dir, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return [
      path,
      stat === undefined
        ? 'gone'
        : `${stat.ino} ${stat.mode.toString(8)} ${stat.uid} ${stat.gid} ${stat.rdev}`,
    ];
  });
}
