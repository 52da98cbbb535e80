import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkAttacks } from '../../support/attacks/link-attacks.ts';
import { makeWorld } from '../../support/attacks/world.ts';
import { baseImage } from '../../support/base-images.ts';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { makeTar } from '../../support/tar-fixture.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
  const dir = context('child', 'FROM busybox\nCOPY file /file\nENV A=1\nCMD ["cat","/file"]\n');
  writeFileSync(`${dir}/file`, 'content');
  await gantry.must('build', '-q', '-t', 'child:1', dir);
});
afterAll(() => stand[Symbol.asyncDispose]());

function context(name: string, dockerfile: string): string {
  const dir = stand.root.at(name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/Dockerfile`, dockerfile);
  return dir;
}

describe('images from a shell', () => {
  it('stand in a tree on the layers they share', async () => {
    const tree = await gantry.must('image', 'ls', '--tree');
    expect(tree.replace(/[0-9a-f]{12}/g, 'ID').replace(/ {2,}\S+B$/gm, '  SIZE')).toBe(
      ['ID  SIZE', '├─ busybox:latest (ID)  SIZE', '└─ ID  SIZE', '   └─ child:1 (ID)  SIZE', ''].join('\n'),
    );
    expect((await gantry('image', 'ls', '--tree', '-q')).stderr).toContain('--tree cannot be used with');
  });

  it('differ in files and configuration', async () => {
    const lines = (await gantry.must('image', 'diff', 'busybox', 'child:1')).trimEnd().split('\n');
    expect(lines.slice(0, -2)).toEqual([
      'A /file (7B)',
      '~ Cmd: ["true"] → ["cat","/file"]',
      expect.stringMatching(/^~ Env PATH: \(none\) → \//),
      '~ Env A: (none) → 1',
    ]);
    expect(lines.at(-1)).toBe('1 added, 0 changed, 0 deleted, +7B; 1 of 1 and 2 layers shared');
    const [document] = JSON.parse(
      await gantry.must('image', 'diff', '--format', 'json', 'busybox', 'child:1'),
    );
    expect(document ?? {}).toMatchObject({ Totals: { Added: 1 }, GrownBytes: 7, SharedLayers: 1 });
  });

  it('are imported from a URL, whose credentials are sent and not kept', async () => {
    const tar = readFileSync(await baseImage('busybox'));
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/image.tar') response.end(tar);
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      await gantry.must('import', `http://me:secret@127.0.0.1:${port}/image.tar`, 'from-url:1');
      expect(seen).toEqual([`Basic ${Buffer.from('me:secret').toString('base64')}`]);
      const history = await gantry.must('history', '--no-trunc', 'from-url:1');
      expect(history).toContain(`Imported from http://127.0.0.1:${port}/image.tar`);
      expect(history).not.toContain('secret');
      const { status, stderr } = await gantry('import', `http://me:secret@127.0.0.1:${port}/nothing`);
      expect(status).not.toBe(0);
      expect(stderr).toContain(`cannot download http://127.0.0.1:${port}/nothing: 404`);
    } finally {
      server.close();
    }
  });

  it('stay inside whatever an archive of ADD says', async () => {
    mkdirSync(stand.root.at('world'));
    const world = makeWorld(stand.root.at('world'));
    const attacks = linkAttacks(world.prey).filter(({ layers }, at) => layers.length === 1 && at % 45 === 0);
    for (const [at, { layers }] of attacks.entries()) {
      const dir = context(`add-${at}`, 'FROM busybox\nADD evil.tar /target/\n');
      writeFileSync(`${dir}/evil.tar`, layers[0] ?? makeTar([]));
      await gantry('build', '-q', '-t', `evil:${at}`, dir);
      expect(world.changes('near')).toEqual([]);
    }
    expect(world.changes('host')).toEqual([]);
  });
});
