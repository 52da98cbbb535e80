import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { mount, unmount } from '../../../src/core/host/mount.ts';
import type { BuildSpec } from '../../../src/engine/builds.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { freePort } from '../../support/free-port.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type ServerProcess, startServer } from '../../support/server-process.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

interface Page {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

/** A server of pages that answers conditions, and tells what it was asked. */
async function pages(
  served: Record<string, Page>,
): Promise<{ readonly host: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const page = served[request.url ?? ''];
    const { 'if-none-match': tag, 'if-modified-since': since, authorization } = request.headers;
    const isSame =
      page !== undefined &&
      ((tag !== undefined && tag === page.headers?.['etag']) ||
        (since !== undefined && since === page.headers?.['last-modified']));
    const isDenied = page?.authorization !== undefined && page.authorization !== authorization;
    const status = page === undefined ? 404 : isDenied ? 401 : isSame ? 304 : 200;
    asked.push(`${status} ${request.url}`);
    response.writeHead(status, page?.headers).end(status === 200 ? page?.body : undefined);
  };
  return { host: await scriptedServer(answer), asked };
}

async function build(body: string, spec?: Partial<BuildSpec>) {
  const { result, output } = await stand.build({ dockerfileText: `FROM busybox\n${body}\n`, ...spec });
  return { ...result, lines: output.trim().split('\n') };
}

const sha256 = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const old = 'Wed, 21 Oct 2015 07:28:00 GMT';
const text = Buffer.from('from afar\n');

describe('ADD of a URL', () => {
  it('makes a file of root alone, named by the URL, as old as the server says', async () => {
    const { host } = await pages({
      '/d/a%20b.txt?q=1': { body: text, headers: { 'last-modified': old } },
      '/plain': { body: text },
      '/': { body: text },
    });
    const url = `http://${host}`;
    const { lines } = await build(`ADD ["${url}/d/a%20b.txt?q=1", "${url}/plain", "${url}/", "/got/"]
ADD --chown=7:8 --chmod=644 ${url}/plain /renamed
RUN --network=none cd / && stat -c '%n %a %u:%g %Y' got/* renamed && cat got/plain`);
    expect(lines).toEqual([
      'got/__unnamed__ 600 0:0 0',
      `got/a b.txt 600 0:0 ${Date.parse(old) / 1000}`,
      'got/plain 600 0:0 0',
      'renamed 644 7:8 0',
      'from afar',
    ]);
  });

  it('asks whether anything changed, and downloads again when it did or the layer is gone', async () => {
    const served: Record<string, Page> = {
      '/tagged': { body: text, headers: { etag: '"one"' } },
      '/dated': { body: text, headers: { 'last-modified': old } },
    };
    const { host, asked } = await pages(served);
    const steps = `ADD http://${host}/tagged http://${host}/dated /`;
    await build(steps);
    expect((await build(steps)).cachedSteps).toBe(2);
    expect(asked.toSorted()).toEqual(['200 /dated', '200 /tagged', '304 /dated', '304 /tagged']);

    served['/tagged'] = { body: Buffer.from('new'), headers: { etag: '"two"' } };
    expect((await build(steps)).cachedSteps).toBe(1);
    expect((await build(steps)).cachedSteps).toBe(2);
    asked.length = 0;
    // What is known of the URL is not enough where the layer has to be made.
    await build(steps, { noCache: true });
    expect(asked.toSorted()).toEqual(['200 /dated', '200 /tagged', '304 /dated', '304 /tagged']);
  });

  it('does not even ask while a file with a checksum is in the cache', async () => {
    const { host, asked } = await pages({ '/file': { body: text } });
    const steps = `ARG SUM=${sha256(text)}\nADD --checksum=$SUM http://${host}/file /`;
    await build(steps);
    expect((await build(steps)).cachedSteps).toBe(3);
    expect(asked).toEqual(['200 /file']);
    const wrong = `sha256:${'0'.repeat(64)}`;
    await expect(build(`ADD --checksum=${wrong} http://${host}/file /`)).rejects.toMatchObject({
      message: `digest mismatch for http://${host}/file: ${sha256(text)} (expected: ${wrong})`,
    });
  });

  it('unpacks archives only when told so', async () => {
    const dir = stand.root.at('packed');
    mkdirSync(dir);
    writeFileSync(join(dir, 'inner.txt'), 'inner');
    const archive = gzipSync(execFileSync('tar', ['-C', dir, '-c', '.']));
    const { host } = await pages({ '/a.tgz': { body: archive } });
    const { lines } = await build(`ADD http://${host}/a.tgz /kept/
ADD --unpack=true http://${host}/a.tgz /unpacked/
RUN --network=none ls /kept /unpacked`);
    expect(lines).toEqual(['/kept:', 'a.tgz', '', '/unpacked:', 'inner.txt']);
  });

  it('shows a login to nobody but its server', async () => {
    const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
    const { host } = await pages({
      '/basic': { body: text, authorization },
      '/bearer': { body: text, authorization: 'Bearer t0ken' },
    });
    const { imageId } = await build(`ADD http://me:secret@${host}/basic /`);
    expect(stand.services.images.get(imageId)?.config.history?.at(-1)?.created_by).toBe(
      `ADD http://${host}/basic / # buildkit`,
    );
    const secrets = { [`HTTP_AUTH_TOKEN_${host.split(':')[0]}`]: { value: 't0ken\n' } };
    await build(`ADD http://${host}/bearer /`, { secrets });
  });

  it('says what is wrong', async () => {
    const { host } = await pages({});
    const url = `http://${host}/gone`;
    for (const [steps, message] of [
      [`ADD ${url} /`, `failed to load cache key: invalid response status 404: GET ${url}`],
      [
        'ADD http://127.0.0.1:1/x /',
        'failed to load cache key: cannot reach server 127.0.0.1:1: connection refused: GET http://127.0.0.1:1/x',
      ],
      [`COPY ${url} /`, "source can't be a URL for COPY"],
      [`COPY ${url}.git /`, "source can't be a git ref for COPY"],
      [`ADD --checksum=sha256:00 ${url} x /`, "checksum can't be specified for multiple sources"],
      ['ADD --checksum=sha256:00 x /', 'checksum requires HTTP(S) or Git sources'],
      [`ADD --checksum=md5:00 ${url} /`, expect.stringMatching(/^invalid digest "md5:00"/)],
    ] as const) {
      await expect(build(steps)).rejects.toMatchObject({ message });
    }
  });
});

describe('ADD of a URL whose server means no good', () => {
  it('takes no time before 1970, and a login as it is written where it is badly encoded', async () => {
    const authorization = `Basic ${Buffer.from('us%zz:p w').toString('base64')}`;
    const { host } = await pages({
      '/early': { body: text, headers: { 'last-modified': 'Wed, 31 Dec 1969 23:00:00 GMT' } },
      '/login': { body: text, authorization },
    });
    const { lines } = await build(`ADD http://${host}/early http://us%zz:p%20w@${host}/login /
RUN --network=none stat -c '%n %Y' early login`);
    expect(lines).toEqual(['early 0', 'login 0']);
  });

  it('gives one up that drips', async () => {
    const config = stand.root.at('config');
    mkdirSync(join(config, 'gantry'), { recursive: true });
    writeFileSync(join(config, 'gantry/registries.json'), '{"timeout-seconds": 0.5}');
    vi.stubEnv('XDG_CONFIG_HOME', config);
    onTestFinished(() => void vi.unstubAllEnvs());
    const host = await scriptedServer((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 50);
      response.on('close', () => clearInterval(timer));
    });
    await expect(build(`ADD http://${host}/drip /`)).rejects.toMatchObject({
      kind: 'timeout',
      message: expect.stringMatching(
        /^download of http:\/\/[\d.:]+\/drip was interrupted: .* as good as nothing$/,
      ),
    });
  });

  it('takes neither one without an end nor one that says it is too long, and leaves room on the disk', async () => {
    mkdirSync(stand.root.dirs.temp, { recursive: true });
    mount({ source: 'tmpfs', target: stand.root.dirs.temp, type: 'tmpfs', options: 'size=64m' });
    onTestFinished(() => unmount(stand.root.dirs.temp, { detach: true }));
    const block = Buffer.alloc(1 << 20, 'x');
    const host = await scriptedServer((request, response) => {
      response.writeHead(200, request.url === '/long' ? { 'content-length': 9e15 } : {});
      const write = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', write);
      write();
    });
    for (const [path, why] of [
      ['endless', /it does not end, and the disk of \S+ has \d+ MB left$/],
      ['long', /it has 9000000000 MB, and the disk of \S+ has \d+ MB left$/],
    ] as const) {
      await expect(build(`ADD http://${host}/${path} /`)).rejects.toMatchObject({
        kind: 'io',
        message: expect.stringMatching(why),
      });
    }
    expect(statfsSync(stand.root.dirs.temp).bfree).toBeGreaterThan((60 << 20) / 4096);
  });
});

describe('ADD of a git repository', () => {
  let server: ServerProcess;
  let remote: string;
  let commits: readonly string[];
  const committed = '2001-02-03T04:05:06Z';
  const work = (): string => stand.root.at('work');
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', work(), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, GIT_COMMITTER_DATE: committed },
    }).trim();
  const bare = (): string => stand.root.at('served', 'repo.git');
  const publish = (): void => {
    execFileSync('git', ['-C', work(), 'push', '-q', '--mirror', bare()]);
    execFileSync('git', ['-C', bare(), 'update-server-info']);
  };

  beforeAll(async () => {
    mkdirSync(join(work(), 'deep'), { recursive: true });
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', bare()]);
    git('init', '-q', '-b', 'main', '.');
    writeFileSync(join(work(), 'run.sh'), 'one', { mode: 0o775 });
    writeFileSync(join(work(), 'deep/a.txt'), 'first', { mode: 0o600 });
    git('add', '.');
    git('commit', '-qm', 'one');
    const first = git('rev-parse', 'HEAD');
    git('tag', '-a', '-m', 'v1', 'v1');
    writeFileSync(join(work(), 'deep/a.txt'), 'second');
    git('commit', '-qam', 'two');
    commits = [first, git('rev-parse', 'HEAD')];
    publish();
    const port = await freePort();
    remote = `git://127.0.0.1:${port}/repo.git`;
    server = await startServer({
      argv: [
        ...['git', 'daemon', '--export-all', '--listen=127.0.0.1', `--port=${port}`],
        `--base-path=${stand.root.at('served')}`,
      ],
      logPath: stand.root.at('git-daemon.log'),
      ready: () => {
        try {
          execFileSync('git', ['ls-remote', remote], { stdio: 'ignore' });
          return true;
        } catch {
          return false;
        }
      },
    });
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  /** Serves the repositories as plain files to who logs in so, and tells with which logins it was asked. */
  async function repositories(
    authorization: string | undefined,
    redirect: (path: string) => string | undefined = () => undefined,
  ) {
    const logins = new Set<string | undefined>();
    const host = await scriptedServer((request, response) => {
      const { pathname, search } = new URL(request.url ?? '', 'http://x');
      logins.add(request.headers.authorization);
      const location = redirect(pathname + search);
      if (location !== undefined) return response.writeHead(302, { location }).end();
      if (authorization !== undefined && request.headers.authorization !== authorization) {
        return response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      }
      try {
        return response.end(readFileSync(join(stand.root.at('served'), pathname)));
      } catch {
        return response.writeHead(404).end();
      }
    });
    return { host, logins };
  }

  it('takes a branch, tag or commit, or a folder of it, as old as the commit', async () => {
    const { lines } = await build(`ADD ${remote} /main
ADD ${remote}#v1:deep /v1
ADD --chown=5:6 --exclude=*.sh ${remote}#${commits[0]} /first
RUN --network=none cd / && find main v1 first ! -type d | sort | xargs stat -c '%n %a %u:%g %Y' && cat */a.txt main/deep/a.txt`);
    const time = Date.parse(committed) / 1000;
    expect(lines).toEqual([
      `first/deep/a.txt 644 5:6 ${time}`,
      `main/deep/a.txt 644 0:0 ${time}`,
      `main/run.sh 755 0:0 ${time}`,
      `v1/a.txt 644 0:0 ${time}`,
      'firstsecond',
    ]);
  });

  it('keeps the repository itself with --keep-git-dir', async () => {
    const { lines } = await build(
      `ADD --keep-git-dir=true ${remote}#v1 /r\nRUN --network=none cat /r/.git/HEAD && ls -A /r`,
    );
    expect(lines).toEqual([commits[0], '.git', 'deep', 'run.sh']);
  });

  it('is in the cache as long as the reference means the same commit', async () => {
    const steps = `ADD ${remote}#main /r`;
    await build(steps);
    expect((await build(steps)).cachedSteps).toBe(2);
    writeFileSync(join(work(), 'run.sh'), 'three');
    git('commit', '-qam', 'three');
    publish();
    expect((await build(steps)).cachedSteps).toBe(1);
  });

  it('checks the commit or tag with --checksum', async () => {
    const [first = ''] = commits;
    await build(`ADD --checksum=${first.slice(0, 8)} ${remote}#v1 /r`);
    await build(`ADD --checksum=${git('rev-parse', 'v1')} ${remote}#v1 /r`);
    await expect(build(`ADD --checksum=${first} ${remote}#main /r`)).rejects.toMatchObject({
      message: `expected checksum to match ${first}, got ${git('rev-parse', 'main')}`,
    });
  });

  it('logs in by the secrets of the build, over plain files of an HTTP server too', async () => {
    const authorization = `basic ${Buffer.from('x-access-token:t0ken').toString('base64')}`;
    const { host } = await repositories(authorization);
    const steps = `ADD http://${host}/repo.git#v1:deep /r\nRUN --network=none cat /r/a.txt`;
    await expect(build(steps)).rejects.toMatchObject({ code: 'git-failed' });
    const { lines } = await build(steps, { secrets: { GIT_AUTH_TOKEN: { value: 't0ken' } } });
    expect(lines).toEqual(['first']);
  });

  it('shows a login to its server alone, wherever that redirects', async () => {
    const open = await repositories(undefined);
    const token = `basic ${Buffer.from('x-access-token:t0ken').toString('base64')}`;
    const away = await repositories(token, (path) => `http://${open.host}${path}`);
    for (const ref of ['v1', commits[0]]) {
      const steps = `ADD http://${away.host}/repo.git#${ref}:deep /r${ref}\nRUN --network=none cat /r${ref}/a.txt`;
      const secrets = { [`GIT_AUTH_TOKEN.${away.host}`]: { value: 't0ken' } };
      expect((await build(steps, { secrets })).lines).toEqual(['first']);
      await build(`ADD http://me:secret@${away.host}/repo.git#${ref}:deep /l${ref}`);
    }
    expect(away.logins).toContain(token);
    expect(open.logins).toEqual(new Set([undefined]));

    const moved = await repositories(token, (path) =>
      path.startsWith('/old/') ? path.slice('/old'.length) : undefined,
    );
    const steps = `ADD http://${moved.host}/old/repo.git#v1:deep /r\nRUN --network=none cat /r/a.txt # moved`;
    expect((await build(steps, { secrets: { GIT_AUTH_TOKEN: { value: 't0ken' } } })).lines).toEqual([
      'first',
    ]);
  });

  it('leaves the login of an address in no image and no record', async () => {
    const { host } = await repositories(`Basic ${Buffer.from('me:hunter2').toString('base64')}`);
    const { lines, imageId } = await build(
      `ADD --keep-git-dir=true http://me:hunter2@${host}/repo.git#v1 /r
RUN --network=none cat /r/.git/config && ! grep -r 'hunter[2]' /r`,
    );
    expect(lines.join('\n')).toContain(`url = http://${host}/repo.git`);
    expect(JSON.stringify(stand.services.images.get(imageId))).not.toContain('hunter2');
    const found = spawnSync('grep', ['-rl', 'hunter2', stand.root.dirs.root], { encoding: 'utf8' });
    expect(found.stdout).toBe('');
  });

  it('says why a submodule cannot be fetched', async () => {
    const { host } = await repositories(undefined);
    const other = stand.root.at('with-submodule');
    const dir = stand.root.at('served', 'sub.git');
    const inOther = (...args: readonly string[]) =>
      execFileSync('git', ['-C', other, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
      });
    execFileSync('git', ['init', '-q', '-b', 'main', other]);
    const gone = `http://${host}/gone.git`;
    writeFileSync(join(other, '.gitmodules'), `[submodule "s"]\n\tpath = s\n\turl = ${gone}\n`);
    inOther('add', '.gitmodules');
    inOther('update-index', '--add', '--cacheinfo', `160000,${commits[0]},s`);
    inOther('commit', '-qm', 'one');
    execFileSync('git', ['clone', '-q', '--bare', other, dir]);
    execFileSync('git', ['-C', dir, 'update-server-info']);
    await expect(build(`ADD http://${host}/sub.git /r`)).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `^unable to fetch the submodules of http://${host}/sub.git: fatal: repository '${gone}/' not found$`,
        ),
      ),
    });
  });

  it('says what is wrong, and takes nothing from this machine', async () => {
    const file = `file://${bare()}`;
    for (const [steps, message] of [
      [`ADD ${remote}#nope /r`, `repository ${remote} does not contain ref nope`],
      [`ADD ${remote}#:no/folder /r`, `there is no folder "no/folder" in ${remote}`],
      [`ADD ${remote}#--upload-pack=touch /r`, `invalid git reference in ${remote}#--upload-pack=touch`],
      [`ADD ${file} /r`, expect.stringMatching(/file does not exist$/)],
      [
        'ADD git@127.0.0.1:a/b.git /r',
        'unset ssh forward key default: git@127.0.0.1:a/b.git is reached by SSH',
      ],
    ] as const) {
      await expect(build(steps)).rejects.toMatchObject({ message });
    }
  });
});
