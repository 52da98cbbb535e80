import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { makeTar, type TarMember } from '../../support/tar-fixture.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
  await stand.build({
    dockerfileText: `FROM busybox
RUN mkdir -p /usr/lib /d/below /real && rm -rf /lib && ln -s usr/lib /lib && ln -s /real /abs \
 && chmod 1777 /tmp && echo image > /existing && echo f > /d/f && chmod 2711 /real && touch -d @1000 /real
`,
    tags: ['base'],
  });
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Unpacks an archive of these into the base, at `/` unless told otherwise, and gives what a command says of it. */
async function shows(
  members: readonly TarMember[],
  command: string,
  destination = '/',
): Promise<readonly string[]> {
  writeFileSync(join(stand.contextDir, 'a.tar'), makeTar(members));
  const dockerfileText = `FROM base\nADD a.tar ${destination}\nRUN --network=none (${command}) 2>&1\n`;
  const { output } = await stand.build({ dockerfileText, noCache: true });
  return output.trim().split('\n');
}

describe('ADD of an archive', () => {
  it('leaves folders as they are that have no entry of their own, and links to them', async () => {
    const lines = await shows(
      [{ path: 'tmp/x' }, { path: 'real/y' }, { path: 'lib/z', content: 'z' }, { path: 'new/sub/n', uid: 7 }],
      'stat -c "%n %a %u" /tmp /real /new /new/sub /new/sub/n; stat -c %Y /real; readlink /lib; cat /usr/lib/z',
    );
    expect(lines).toEqual([
      ...['/tmp 1777 0', '/real 2711 0', '/new 755 0', '/new/sub 755 0', '/new/sub/n 644 7'],
      ...['1000', 'usr/lib', 'z'],
    ]);
  });

  it('gives folders that have one its mode, owner and time, and takes the place of what is no folder', async () => {
    const lines = await shows(
      [
        { path: 'real/', mode: 0o700, uid: 3, mtimeSeconds: 2000 },
        { path: 'lib/', mode: 0o750 },
        { path: 'existing/' },
        { path: 'd', content: 'a file now' },
      ],
      'stat -c "%n %a %u %F" /real /lib /existing /d; stat -c %Y /real',
    );
    expect(lines).toEqual([
      ...[
        '/real 700 3 directory',
        '/lib 750 0 directory',
        '/existing 755 0 directory',
        '/d 644 0 regular file',
      ],
      '2000',
    ]);
  });

  it('follows links of the image and of its own, and none of them leaves the stage', async () => {
    const outside = stand.root.at('outside');
    mkdirSync(outside);
    const lines = await shows(
      [
        { path: 'abs/f', content: 'through an absolute one' },
        { path: 'own', type: 'symlink', linkPath: 'd' },
        { path: 'own/g', content: 'through its own' },
        { path: 'away', type: 'symlink', linkPath: `../../../..${outside}` },
        { path: 'away/h', content: 'inside' },
      ],
      `cat /real/f; echo; cat /d/g; echo; readlink /own; cat ${outside}/h`,
    );
    expect(lines).toEqual(['through an absolute one', 'through its own', 'd', 'inside']);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('makes hard links to files of the image, and describes them', async () => {
    const lines = await shows(
      [
        { path: 'hard', type: 'hardlink', linkPath: 'existing', mode: 0o600, mtimeSeconds: 3000 },
        {
          path: 'lib/other',
          type: 'hardlink',
          linkPath: '/abs/../existing',
          mode: 0o640,
          mtimeSeconds: 3000,
        },
      ],
      'stat -c "%n %h %a %Y" /existing /hard /usr/lib/other; cat /hard',
    );
    expect(lines).toEqual(['/existing 3 640 3000', '/hard 3 640 3000', '/usr/lib/other 3 640 3000', 'image']);
  });

  it('hides what was in a folder that a file took the place of, also when there is a folder again', async () => {
    const lines = await shows([{ path: 'd' }, { path: 'd/' }, { path: 'd/new' }], 'ls -A /d');
    expect(lines).toEqual(['new']);
  });

  it.each<[string, readonly TarMember[], string]>([
    ['a name that leads out', [{ path: '../x' }], 'a name leads out of it: "../x"'],
    [
      'a name like a whiteout',
      [{ path: 'd/.wh.f' }],
      'a name begins with .wh., which no layer can hold: "d/.wh.f"',
    ],
    [
      'a hard link to nothing',
      [{ path: 'h', type: 'hardlink', linkPath: 'nope' }],
      'a hard link points to what is not there or is a folder: "nope"',
    ],
    ['a device 0:0', [{ path: 'w', type: 'character' }], 'a device that means a deleted file: "w"'],
  ])('refuses %s, and keeps nothing of it', async (_what, members, why) => {
    const before = [...stand.services.snapshots.list()].length;
    await expect(shows(members, 'true', '/to/')).rejects.toMatchObject({
      code: 'bad-archive',
      message: `ADD failed: invalid archive a.tar: ${why}`,
    });
    expect([...stand.services.snapshots.list()].length).toBe(before);
    expect(existsSync(join(stand.contextDir, '../x'))).toBe(false);
  });

  it('takes names that lead out of the root for what they are inside it, as Docker does', async () => {
    expect(await shows([{ path: '../../up', content: 'here' }], 'cat /up')).toEqual(['here']);
  });
});
