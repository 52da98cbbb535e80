import { existsSync, mkdirSync, readlinkSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readExitStatus } from '../../../../../src/core/runtime/conmon/exit-files.ts';
import {
  makeExitFolder,
  removeExitFolder,
  sweepExitFolders,
} from '../../../../../src/core/runtime/conmon/exit-place.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const id = 'f'.repeat(63) + process.pid;

test('the folder for the exit status lies in memory, is made anew for each start, and goes with its container', () => {
  using folder = tempFolder();
  makeExitFolder(id, folder.path, folder.at('run'));
  const place = readlinkSync(folder.at('exit'));
  expect(statfsSync(place).type).toBe(0x01021994);
  writeFileSync(folder.at('exit', id), '7');
  expect(readExitStatus(id, folder.path)).toMatchObject({ exitCode: 7 });
  makeExitFolder(id, folder.path, folder.at('run'));
  expect(readExitStatus(id, folder.path)).toBeUndefined();
  removeExitFolder(id, folder.path);
  expect([existsSync(place), existsSync(folder.at('exit'))]).toEqual([false, false]);
});

test('after a boot there is no exit status, and the next start makes a place for one', () => {
  using folder = tempFolder();
  makeExitFolder(id, folder.path, folder.at('run'));
  rmSync(readlinkSync(folder.at('exit')), { recursive: true });
  expect(readExitStatus(id, folder.path)).toBeUndefined();
  makeExitFolder(id, folder.path, folder.at('run'));
  expect(existsSync(folder.at('exit'))).toBe(true);
  removeExitFolder(id, folder.path);
});

test('what is left of a root that somebody removed is swept away, and nothing else', () => {
  using folder = tempFolder();
  mkdirSync(folder.at('gone'));
  mkdirSync(folder.at('kept'));
  makeExitFolder(id, folder.at('gone'), folder.at('run'));
  makeExitFolder(`e${id}`, folder.at('kept'), folder.at('run'));
  const [gone, kept] = [readlinkSync(folder.at('gone', 'exit')), readlinkSync(folder.at('kept', 'exit'))];
  rmSync(folder.at('gone'), { recursive: true });
  sweepExitFolders(folder.at('run'));
  expect([existsSync(gone), existsSync(kept)]).toEqual([false, true]);
  removeExitFolder(`e${id}`, folder.at('kept'));
});
