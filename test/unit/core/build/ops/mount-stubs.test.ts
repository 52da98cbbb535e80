import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MountStubs } from '../../../../../src/core/build/ops/mount-stubs.ts';
import { LayeredTree } from '../../../../../src/core/build/tree/layered-tree.ts';
import type { MountPlan } from '../../../../../src/core/snapshots/snapshotter.ts';

let dir: string;
let upper: string;
let plan: MountPlan;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gantry-stubs-'));
  upper = join(dir, 'upper');
  mkdirSync(upper);
  plan = { kind: 'folder', folder: upper, lower: [], upper: undefined, work: undefined };
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('what a runtime made to mount on is removed while it is empty', () => {
  const stubs = stubsFor('/made/empty', '/made-file', '/used');
  mkdirSync(join(upper, 'made/empty'), { recursive: true });
  writeFileSync(join(upper, 'made-file'), '');
  mkdirSync(join(upper, 'used'));
  writeFileSync(join(upper, 'used/file'), 'kept');
  stubs.clear();
  expect(readdirSync(upper)).toEqual(['used']);
});

test('nothing of the host is removed through a link the step put in the place of a parent', () => {
  const host = join(dir, 'host');
  mkdirSync(join(host, 'folder'), { recursive: true });
  writeFileSync(join(host, 'hosts'), '');
  const stubs = stubsFor('/a/folder', '/a/hosts');
  symlinkSync(host, join(upper, 'a'));
  stubs.clear();
  expect(existsSync(join(host, 'folder'))).toBe(true);
  expect(existsSync(join(host, 'hosts'))).toBe(true);
});

function stubsFor(...targets: readonly string[]): MountStubs {
  return new MountStubs(plan, upper, new LayeredTree(plan, 'stage'), targets);
}
