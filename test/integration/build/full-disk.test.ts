import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mount, unmount } from '../../../src/core/host/mount.ts';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';

let stand: CliStand;
let context: string;
let disk: string;
beforeAll(async () => {
  stand = await cliStand();
  context = stand.root.at('context');
  disk = stand.root.at('disk');
  for (const dir of [context, disk]) mkdirSync(dir);
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY big /there\n');
  writeFileSync(join(context, 'big'), Buffer.alloc(3 << 20, 'big '));
  mount({ source: 'tmpfs', target: disk, type: 'tmpfs', options: 'size=1m' });
});
afterAll(async () => {
  unmount(disk, { detach: true });
  await stand[Symbol.asyncDispose]();
});

it.each([
  ['.', 'cannot copy there: no space left on device'],
  ['type=oci,dest=DISK/x.tar', 'cannot write DISK/x.tar: no space left on device'],
  ['type=tar,dest=DISK/y.tar', 'cannot copy the files to DISK/y.tar: no space left on device'],
])('a full disk under -o %s is told of by the name of what does not fit', async (output, message) => {
  const onDisk = (text: string): string => text.replace('DISK', disk);
  const word = output === '.' ? join(disk, 'out') : onDisk(output);
  const { status, stderr } = await stand.gantry('build', '-o', word, context);
  expect(status).toBe(1);
  expect(stderr).toContain(`gantry: ${onDisk(message)}\n`);
  expect(stderr).toContain('gantry system prune');
  expect(stderr).not.toContain('/proc/self');
  expect(readdirSync(disk).filter((name) => name !== 'out')).toEqual([]);
});
