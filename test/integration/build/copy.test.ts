import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getXattr, setXattr } from '../../../src/core/host/xattrs.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Builds `body` on busybox, then gives what a command says of it, line by line. */
async function shows(body: string, command: string): Promise<readonly string[]> {
  const text = `FROM busybox\n${body}\nRUN (${command}) 2>&1\n`;
  const { output } = await stand.build({ dockerfileText: text, noCache: true });
  return output.trim().split('\n');
}

describe('COPY', () => {
  it('copies files, folders and links as the reference says', async () => {
    stand.write({ 'one.txt': '1', 'tree/a.txt': 'a', 'tree/sub/b.txt': 'b', 'x1.log': 'x', 'x2.log': 'y' });
    symlinkSync('a.txt', join(stand.contextDir, 'tree/link'));
    symlinkSync('tree', join(stand.contextDir, 'shortcut'));
    const lines = await shows(
      `WORKDIR /w
COPY one.txt renamed.txt
COPY one.txt into/
COPY tree /copied
COPY shortcut /followed
COPY x*.log /logs/
COPY one.txt tree/a.txt ./both/
COPY ../../one.txt /outside/`,
      'cd / && find w copied followed logs outside ! -type d | sort; readlink /copied/link; cat /w/renamed.txt',
    );
    expect(lines).toEqual([
      'copied/a.txt',
      'copied/link',
      'copied/sub/b.txt',
      'followed/a.txt',
      'followed/link',
      'followed/sub/b.txt',
      'logs/x1.log',
      'logs/x2.log',
      'outside/one.txt',
      'w/both/a.txt',
      'w/both/one.txt',
      'w/into/one.txt',
      'w/renamed.txt',
      'a.txt',
      '1',
    ]);
  });

  it('keeps attributes, and builds again when only they change', async () => {
    stand.write({ 'marked/file.txt': 'x', 'marked/large.bin': 'x'.repeat(300_000) });
    const at = (name: string) => join(stand.contextDir, 'marked', name);
    setXattr(at('file.txt'), 'user.note', 'one');
    setXattr(at('large.bin'), 'user.note', 'three');
    const dockerfileText =
      'FROM busybox AS first\nCOPY marked /d/marked\nFROM busybox\nCOPY --from=first /d /d\n';
    const noted = async () => {
      const { result } = await stand.build({ dockerfileText });
      const top = stand.services.images.get(result.imageId)?.topChainId ?? '';
      const dir = join(stand.services.snapshots.layerDir(top), 'd/marked');
      const notes = ['file.txt', 'large.bin'].map((name) =>
        Buffer.from(getXattr(join(dir, name), 'user.note') ?? []).toString(),
      );
      return { cachedSteps: result.cachedSteps, notes };
    };
    expect((await noted()).notes).toEqual(['one', 'three']);
    setXattr(at('file.txt'), 'user.note', 'changed');
    expect(await noted()).toEqual({ cachedSteps: 2, notes: ['changed', 'three'] });
  });

  it('makes root the owner unless --chown says otherwise, by the names of the stage', async () => {
    stand.write({ 'owned.txt': 'x' });
    execFileSync('chown', ['1234:5678', join(stand.contextDir, 'owned.txt')]);
    const lines = await shows(
      `RUN echo joan:x:1000:1001::/home/joan:/bin/sh >> /etc/passwd && echo crew:x:50: >> /etc/group
COPY owned.txt /a
COPY --chown=joan owned.txt /b
COPY --chown=joan:crew owned.txt /c
COPY --chown=7 owned.txt /d
COPY --chown=7:8 --chmod=0710 owned.txt /new/e
COPY --chmod=u=rwX,go=r owned.txt /f`,
      'stat -c "%u:%g %a %n" /a /b /c /d /new /new/e /f',
    );
    expect(lines).toEqual([
      '0:0 644 /a',
      '1000:1001 644 /b',
      '1000:50 644 /c',
      '7:7 644 /d',
      '7:8 755 /new',
      '7:8 710 /new/e',
      '0:0 644 /f',
    ]);
  });

  it('keeps modes and times of files, and owners and hard links from stages', async () => {
    stand.write({ 'tool.sh': '#!/bin/sh\n' });
    chmodSync(join(stand.contextDir, 'tool.sh'), 0o751);
    execFileSync('touch', ['-d', '2001-02-03T04:05:06Z', join(stand.contextDir, 'tool.sh')]);
    const text = `FROM busybox AS maker
RUN mkdir -p /m && echo x > /m/f && chown 5:6 /m/f && chmod 4711 /m/f && ln /m/f /m/twin
FROM busybox
COPY tool.sh /
COPY --from=maker /m /m
COPY --from=0 /m/f /byNumber
RUN stat -c '%a %Y' /tool.sh; stat -c '%u:%g %a %h' /m/f /byNumber
`;
    const { output } = await stand.build({ dockerfileText: text, noCache: true });
    expect(output.trim().split('\n')).toEqual(['751 981173106', '5:6 4711 2', '5:6 4711 1']);
  });

  it('sees the files of a stage as its layers make them: replaced, removed and hidden ones too', async () => {
    const text = `FROM busybox AS maker
RUN mkdir -p /d/sub /gone && echo 1 > /d/a && echo 1 > /d/b && echo 1 > /d/sub/deep && echo 1 > /gone/x
RUN rm /d/a && echo 2 > /d/b && rm -r /d/sub && mkdir /d/sub && echo 2 > /d/sub/new && rm -r /gone
FROM busybox
COPY --from=maker /d /d
RUN find /d -type f | sort | xargs grep -H .
`;
    const { output } = await stand.build({ dockerfileText: text, noCache: true });
    expect(output.trim().split('\n')).toEqual(['/d/b:2', '/d/sub/new:2']);
    await expect(stand.build({ dockerfileText: text.replace('/d /d', '/gone /d') })).rejects.toMatchObject({
      message: 'COPY failed: stat gone: file does not exist',
      hint: 'there is no /gone in the stage maker',
    });
  });

  it('leaves out what --exclude and .dockerignore name', async () => {
    stand.write({
      'e/a.txt': '',
      'e/b.log': '',
      'e/c/d.log': '',
      'e/c/keep.txt': '',
      'e/x.tmp': '',
      'e/secret.key': '',
      '.dockerignore': '# logs\n**/*.tmp\ne/secret*\n',
    });
    const lines = await shows('COPY --exclude=**/*.log e /e', 'find /e -type f | sort');
    expect(lines).toEqual(['/e/a.txt', '/e/c/keep.txt']);
    await expect(stand.build({ dockerfileText: 'FROM busybox\nCOPY e/secret.key /' })).rejects.toMatchObject({
      kind: 'not-found',
      message:
        'COPY failed: file not found in build context or excluded by .dockerignore: stat e/secret.key: file does not exist',
      hint: 'line 3 of .dockerignore keeps it out: e/secret*',
      details: { vertex: '0.1', position: { line: 2 } },
    });
    writeFileSync(join(stand.contextDir, '.dockerignore'), '');
  });

  it('keeps parents with --parents', async () => {
    stand.write({ 'p/q/one.txt': '1', 'p/r/two.txt': '2', 'p/r/three.md': '3' });
    const lines = await shows(
      'COPY --parents p/q/one.txt /whole/\nCOPY --parents p/./**/*.txt /pivot/',
      'find /whole /pivot -type f | sort',
    );
    expect(lines).toEqual(['/pivot/q/one.txt', '/pivot/r/two.txt', '/whole/p/q/one.txt']);
  });

  it('writes heredocs, expanded unless their name is quoted', async () => {
    const body = `ARG WHO=world
COPY <<plain.txt <<"literal.txt" /docs/
hello $WHO "quoted"
plain.txt
hello $WHO
literal.txt
COPY --chmod=755 <<EOF /run.sh
#!/bin/sh
EOF`;
    const lines = await shows(
      body,
      'cat /docs/plain.txt /docs/literal.txt; stat -c %a /docs/plain.txt /run.sh',
    );
    expect(lines).toEqual(['hello world "quoted"', 'hello $WHO', '644', '755']);
  });

  it('follows links in the stage, and none of them leaves it', async () => {
    stand.write({ 'evil.txt': 'evil', 'dir/evil.txt': 'evil' });
    const target = stand.root.at('victim');
    mkdirSync(target);
    const lines = await shows(
      `RUN mkdir /real && ln -s real /inside && ln -s ${target} /absolute && ln -s ../../../../../../../.. /up
COPY evil.txt /inside/
COPY evil.txt /absolute/
COPY evil.txt /up/
COPY dir /absolute/more`,
      `ls /real/evil.txt /evil.txt ${target}/evil.txt ${target}/more/evil.txt`,
    );
    expect(lines).toEqual(['/evil.txt', '/real/evil.txt', `${target}/evil.txt`, `${target}/more/evil.txt`]);
    expect(() => readFileSync(join(target, 'evil.txt'))).toThrow(/ENOENT/);
  });

  it('does not follow links of the context to what lies outside', async () => {
    const secret = stand.root.at('secret.txt');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(stand.contextDir, 'leak'));
    await expect(stand.build({ dockerfileText: 'FROM busybox\nCOPY leak /leak' })).rejects.toMatchObject({
      code: 'source-not-found',
    });
    symlinkSync('no/where', join(stand.contextDir, 'dangling'));
    for (const source of ['dangling', 'dangl*']) {
      await expect(stand.build({ dockerfileText: `FROM busybox\nCOPY ${source} /o/` })).rejects.toMatchObject(
        {
          message:
            'COPY failed: file not found in build context or excluded by .dockerignore: stat no/where: file does not exist',
          hint: 'dangling leads to no/where, which is not in the build context',
        },
      );
    }
  });

  it.each([
    [
      'COPY nothing /x',
      'COPY failed: file not found in build context or excluded by .dockerignore: stat nothing: file does not exist',
    ],
    [
      'COPY evil.txt dir /x',
      'When using COPY with more than one source file, the destination must be a directory and end with a /',
    ],
    [
      'RUN mkdir -p /taken/evil.txt\nCOPY evil.txt /taken/',
      'cannot replace to directory /taken/evil.txt with file',
    ],
    ['COPY dir /bin/busybox', 'cannot copy to non-directory: /bin/busybox'],
    [
      'COPY --chmod=999 evil.txt /x',
      "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777",
    ],
    [
      'COPY --chown=nobodyhere evil.txt /x',
      "unable to convert uid/chown string to host mapping: can't find uid for user nobodyhere: no such user: nobodyhere",
    ],
    ['COPY --from=7 /a /b', 'invalid from flag value 7: there is no earlier stage of that number'],
  ])('says what is wrong with %j', async (body, message) => {
    await expect(stand.build({ dockerfileText: `FROM busybox\n${body}\n` })).rejects.toMatchObject({
      message,
    });
  });

  it('takes what patterns match, if that is nothing, nothing', async () => {
    stand.write({ 'package.json': '{}' });
    const lines = await shows('COPY package.json yarn.lock* /p/\nCOPY *.none /q/', 'ls -d /p /q; ls /p');
    expect(lines).toEqual(['ls: /q: No such file or directory', '/p', 'package.json']);
  });

  it('puts what --link copies where it would be on nothing, whatever is there', async () => {
    const lines = await shows(
      'RUN --network=none mkdir -m 700 /real /mine && chown 3:4 /mine && ln -s /real /way\nCOPY --link package.json /way/\nCOPY --link package.json /mine/x',
      'stat -c "%n %F %a %u:%g" /way /way/* /mine /mine/x; ls /real | wc -l',
    );
    expect(lines).toEqual([
      '/way directory 755 0:0',
      '/way/package.json regular file 644 0:0',
      '/mine directory 755 0:0',
      '/mine/x regular file 644 0:0',
      '0',
    ]);
  });

  it('makes a file of each source, also of those that are one', async () => {
    stand.write({ 'twin/a': 'x' });
    linkSync(join(stand.contextDir, 'twin/a'), join(stand.contextDir, 'twin/b'));
    const lines = await shows(
      'COPY twin/a twin/b /apart/\nCOPY twin /together',
      'stat -c %h /apart/* /together/*',
    );
    expect(lines).toEqual(['1', '1', '2', '2']);
  });
});

describe('ADD', () => {
  it('unpacks local archives by their content, and copies what is none', async () => {
    const dir = stand.root.at('pack');
    mkdirSync(join(dir, 'd'), { recursive: true });
    writeFileSync(join(dir, 'd/f.txt'), 'packed\n');
    chmodSync(join(dir, 'd/f.txt'), 0o640);
    symlinkSync('f.txt', join(dir, 'd/l'));
    const at = (name: string) => join(stand.contextDir, name);
    execFileSync('tar', ['-C', dir, '--owner=11', '--group=12', '-czf', at('odd.name'), 'd']);
    execFileSync('tar', ['-C', dir, '--owner=11', '--group=12', '-cJf', at('b.tar.xz'), 'd']);
    execFileSync('tar', ['-C', dir, '-cf', at('c.tar'), 'd']);
    stand.write({ 'note.txt': 'note', 'fake.tar.gz': 'no archive' });
    execFileSync('gzip', ['-n', '-f', at('note.txt')]);
    const lines = await shows(
      `RUN mkdir -p /a/d && echo old > /a/d/kept && ln -s /etc /a/d/l
ADD odd.name /a
ADD b.tar.xz /b/
ADD --chown=3:4 c.tar /c/
ADD --unpack=false c.tar /raw/
COPY c.tar /raw2/
ADD note.txt.gz fake.tar.gz /plain/`,
      'cat /a/d/f.txt; stat -c "%u:%g %a %n" /a/d/f.txt /b/d/f.txt /c/d/f.txt /c/d; cd / && ls -d a/d/* raw/* raw2/* plain/*; readlink /a/d/l; ls /etc/f.txt || true',
    );
    expect(lines).toEqual([
      'packed',
      '11:12 640 /a/d/f.txt',
      '11:12 640 /b/d/f.txt',
      '0:0 640 /c/d/f.txt',
      '0:0 755 /c/d',
      'a/d/f.txt',
      'a/d/kept',
      'a/d/l',
      'plain/fake.tar.gz',
      'plain/note.txt.gz',
      'raw/c.tar',
      'raw2/c.tar',
      'f.txt',
      'ls: /etc/f.txt: No such file or directory',
    ]);
  });
});
