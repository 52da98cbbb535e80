import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileAhead } from '../../../scripts/build/compile-ahead.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-compile-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program takes what was compiled ahead, the functions it has not called yet among it', async () => {
  const file = join(folder, 'part.js');
  const functions = Array.from({ length: 200 }, (_, at) => `export function f${at}(a) { return a * ${at}; }`);
  writeFileSync(file, functions.join('\n'));
  const usual = join(folder, 'usual');
  const ahead = join(folder, 'ahead');

  load(file, usual);
  await compileAhead([process.execPath], ahead, [file]);
  expect(load(file, ahead)).toMatch(/part\.js was accepted/);
  expect(sizeOf(ahead)).toBeGreaterThan(2 * sizeOf(usual));
});

test('what was compiled for another source is not taken', async () => {
  const file = join(folder, 'part.js');
  const ahead = join(folder, 'ahead');
  writeFileSync(file, 'export const answer = () => 41;');
  await compileAhead([process.execPath], ahead, [file]);
  writeFileSync(file, 'export const answer = () => 42;');
  expect(load(file, ahead)).not.toMatch(/part\.js was accepted/);
});

/** Imports a file as the launcher has the program do it; what Node tells of compiled code. */
function load(file: string, compiled: string): string {
  const importer = join(folder, 'importer.mjs');
  writeFileSync(importer, 'await import(process.argv[2]);');
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' };
  const { status, stderr } = spawnSync(process.execPath, [importer, file], { env, encoding: 'utf8' });
  expect(status).toBe(0);
  return stderr;
}

function sizeOf(compiled: string): number {
  const entries = readdirSync(compiled, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => statSync(join(parentPath, name)).size);
  return Math.max(...sizes);
}
