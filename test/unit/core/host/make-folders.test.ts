import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolders } from '../../../../src/core/host/make-folders.ts';

const dir = mkdtempSync(join(tmpdir(), 'gantry-folders-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('what is missing is made, and what is there is kept', () => {
  makeFolders(join(dir, 'a/b/c'), 0o700);
  expect(statSync(join(dir, 'a/b/c')).mode & 0o777).toBe(0o700);
  makeFolders(join(dir, 'a/b/c'));
  expect(statSync(join(dir, 'a/b/c')).mode & 0o777).toBe(0o700);
});

test('a file in the way is told', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => makeFolders(join(dir, 'file'))).toThrow('EEXIST');
  expect(() => makeFolders(join(dir, 'file/below'))).toThrow('ENOTDIR');
});

test('a file system that takes no folders is told, and not asked for ever', () => {
  expect(() => makeFolders('/proc/gantry/below')).toThrow(/^E(?:NOENT|ACCES|PERM)/);
});
