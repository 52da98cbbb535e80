import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContextSource } from '../../../src/engine/builds.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const dockerfile =
  'FROM busybox\nCOPY . /c\nRUN --network=none cd /c && find . -type f | sort | xargs grep -H .\n';

type Options = Parameters<BuildStand['builds']['fetchContext']>[1];

/** Fetches, builds, gives back what the last step printed. Nothing may be left then. */
async function built(source: ContextSource, options?: Options): Promise<readonly string[]> {
  let output: string;
  {
    await using fetched = await stand.builds.fetchContext(source, options);
    const { contextDir, dockerfile: path, dockerfileText } = fetched;
    const run = await stand.build({ contextDir, dockerfile: path, dockerfileText, noCache: true });
    output = run.output;
  }
  expect(left()).toEqual([]);
  return output.trim().split('\n');
}

function left(): readonly string[] {
  return existsSync(stand.root.dirs.temp) ? readdirSync(stand.root.dirs.temp) : [];
}

function stream(bytes: Uint8Array): ContextSource {
  return {
    kind: 'stream',
    bytes: (async function* () {
      for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
    })(),
  };
}

function tar(files: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}): Buffer {
  const dir = stand.root.at('tars', `${Math.random()}`);
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(dir, name));
  return execFileSync('tar', ['-C', dir, '-c', '.']);
}

describe('a context on a stream', () => {
  it('is a tar, packed or not, with its ignore file', async () => {
    const archive = tar({
      Dockerfile: dockerfile,
      'd/a.txt': 'a',
      'b.txt': 'b',
      '.dockerignore': '*file\nb*\n.d*',
    });
    expect(await built(stream(archive))).toEqual(['./d/a.txt:a']);
    expect(await built(stream(gzipSync(archive)))).toEqual(['./d/a.txt:a']);
    const xz = execFileSync('xz', ['-c'], { input: archive });
    expect(await built(stream(xz))).toEqual(['./d/a.txt:a']);
  });

  it('is a Dockerfile, long or short, and nothing else', async () => {
    const text = 'FROM busybox\nCOPY . /c\nRUN --network=none ls -A /c; echo end\n';
    expect(await built(stream(Buffer.from(text)))).toEqual(['end']);
    expect(await built(stream(Buffer.from(`${'# a line of words\n'.repeat(100)}${text}`)))).toEqual(['end']);
    await expect(built(stream(Buffer.alloc(0)))).rejects.toMatchObject({
      message: 'the Dockerfile cannot be empty',
    });
  });

  it('has its Dockerfile where -f says, and never outside', async () => {
    const archive = tar({ 'sub/My.file': dockerfile, 'sub/My.file.dockerignore': 'sub', 'a.txt': 'a' });
    expect(await built(stream(archive), { file: 'sub/My.file' })).toEqual(['./a.txt:a']);
    const missing = { code: 'dockerfile-not-found' };
    await expect(built(stream(archive))).rejects.toMatchObject(missing);
    await expect(built(stream(archive), { file: '../../../../etc/hostname' })).rejects.toMatchObject(missing);
    const sly = tar({ a: 'a' }, { Dockerfile: '/etc/hostname' });
    await expect(built(stream(sly))).rejects.toMatchObject(missing);
    expect(left()).toEqual([]);
  });

  it('has its ignore file inside: a link leads to no file of the machine', async () => {
    const outside = stand.root.at('host-ignore');
    writeFileSync(outside, '*.txt\n[');
    const files = { Dockerfile: dockerfile, 'a.txt': 'a', 'patterns/own': 'b.*\n', 'b.txt': 'b' };
    const all = ['./Dockerfile', './a.txt', './b.txt', './patterns/own'];
    const names = async (links: Readonly<Record<string, string>>): Promise<readonly string[]> =>
      [
        ...new Set((await built(stream(tar(files, links)))).map((line) => line.split(':')[0] as string)),
      ].sort();
    for (const link of ['.dockerignore', 'Dockerfile.dockerignore', '.containerignore']) {
      expect(await names({ [link]: outside })).toEqual(all);
    }
    expect(await names({ '.dockerignore': '/patterns/own' })).toEqual(
      all.filter((name) => name !== './b.txt'),
    );
    const broken = stream(tar(files, { '.dockerignore': '.dockerignore' }));
    await expect(built(broken)).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot read .*\/\.dockerignore: too many levels of symbolic links$/),
    });
  });

  it('is refused when it is neither, and leaves nothing', async () => {
    const broken = gzipSync(tar({ Dockerfile: dockerfile }));
    await expect(built(stream(broken.subarray(0, broken.length - 20)))).rejects.toMatchObject({
      kind: 'corrupt',
    });
    expect(left()).toEqual([]);
  });
});

describe('a context at a URL', () => {
  it('is a tar or a Dockerfile of an HTTP server', async () => {
    const archive = tar({ Dockerfile: dockerfile, 'a.txt': 'a', '.dockerignore': '*file\n.d*' });
    const server = createServer((request, response) => {
      if (request.url === '/context.tar.gz') response.end(gzipSync(archive));
      else if (request.url === '/moved') response.writeHead(302, { location: '/context.tar.gz' }).end();
      else if (request.url === '/Dockerfile') response.end('FROM busybox\nRUN --network=none echo alone\n');
      else response.writeHead(404).end('nothing here');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const at = (path: string): ContextSource => ({ kind: 'url', url: `${host}/${path}` });
      expect(await built(at('context.tar.gz'))).toEqual(['./a.txt:a']);
      expect(await built(at('moved'))).toEqual(['./a.txt:a']);
      expect(await built(at('Dockerfile'))).toEqual(['alone']);
      await expect(built(at('nope'))).rejects.toMatchObject({
        kind: 'not-found',
        message: `unable to download remote context ${host}/nope: failed to GET ${host}/nope with status 404 Not Found`,
      });
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    const gone = { kind: 'url', url: 'http://127.0.0.1:1/x.tar' } as const;
    await expect(built(gone)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(left()).toEqual([]);
  });

  it('is a git repository, at a branch, tag or commit, or a folder of it', async () => {
    const work = stand.root.at('work');
    const git = (...args: readonly string[]): string =>
      execFileSync('git', ['-C', work, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    mkdirSync(join(work, 'deep'), { recursive: true });
    writeFileSync(join(work, 'Dockerfile'), dockerfile);
    writeFileSync(join(work, '.dockerignore'), '*file\n.d*\n.git\n');
    writeFileSync(join(work, 'deep/Dockerfile'), dockerfile);
    writeFileSync(join(work, 'deep/.dockerignore'), '*file\n.d*');
    writeFileSync(join(work, 'deep/a.txt'), 'first');
    git('init', '-q', '-b', 'main', '.');
    git('add', '.');
    git('commit', '-qm', 'one');
    const first = git('rev-parse', 'HEAD');
    git('tag', 'v1');
    git('checkout', '-qb', 'next');
    writeFileSync(join(work, 'deep/a.txt'), 'second');
    git('commit', '-qam', 'two');
    git('checkout', '-q', 'main');
    const bare = stand.root.at('repo.git');
    execFileSync('git', ['clone', '-q', '--bare', work, bare]);
    const at = (fragment: string): ContextSource => ({ kind: 'url', url: `file://${bare}${fragment}` });
    const shows = (text: string) => [`./a.txt:${text}`];
    expect(await built(at(''))).toContain('./deep/a.txt:first');
    // As in any root, there is nothing above it.
    expect(await built(at('#:../..'))).toContain('./deep/a.txt:first');
    expect(await built(at('#next:deep'))).toEqual(shows('second'));
    expect(await built(at('#v1:deep'))).toEqual(shows('first'));
    expect(await built(at(`#${first}:deep`))).toEqual(shows('first'));
    expect(await built(at(`#${first.slice(0, 10)}:deep`))).toEqual(shows('first'));
    for (const [fragment, message] of [
      ['#nope', /^unable to fetch file:.*couldn't find remote ref nope/],
      ['#:no/folder', /^there is no folder "no\/folder" in file:/],
      ['#--upload-pack=touch', /^invalid git reference in file:/],
    ] as const) {
      await expect(built(at(fragment))).rejects.toMatchObject({ message: expect.stringMatching(message) });
    }
    expect(left()).toEqual([]);
    await using kept = await stand.builds.fetchContext(at(''), { keepGitDir: true });
    expect(readFileSync(join(kept.contextDir, '.git/HEAD'), 'utf8').trim()).toBe(first);
  });
});
