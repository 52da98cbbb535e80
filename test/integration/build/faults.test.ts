import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkRecords } from '../../../src/core/network/network-record.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { type ScriptProcess, startScriptFile } from '../../support/script-process.ts';
import { until } from '../../support/until.ts';

let stand: BuildStand;
beforeEach(async () => {
  stand = await buildStand();
});
afterEach(() => stand[Symbol.asyncDispose]());

/** What a build that has ended must not leave: unfinished layers, scratch folders, leases. */
function leftovers(): readonly string[] {
  const { services, root } = stand;
  const active = [...services.snapshots.list()].filter(({ kind }) => kind === 'active').map(({ key }) => key);
  const scratch = existsSync(root.dirs.temp) ? readdirSync(root.dirs.temp) : [];
  const locks = readdirSync(root.dirs.locks).filter((name) => /^(build|step)-/.test(name));
  const { content, snapshots } = services.metadata.leases.protectedResources();
  const addresses = [...networkRecords(services.metadata).addresses.entries()].map(([key]) => key);
  return [...active, ...scratch, ...locks, ...content, ...snapshots, ...addresses];
}

/** Starts a build in another process; `line()` gives what its steps write. */
function buildElsewhere(dockerfileText: string, { isGuarded = true } = {}): ScriptProcess {
  return startScriptFile(
    stand.root.at('build-elsewhere'),
    `const { openBuilder } = await import('SRC/../test/support/build-stand.ts');
     const { engineDirs } = await import('SRC/core/engine-dirs.ts');
     const [root, contextDir, dockerfileText] = process.argv.slice(-3);
     using builder = openBuilder(engineDirs(root, root + '/run')${isGuarded ? '' : ', { selfCommand: [] }'});
     const operation = builder.builds.build({
       contextDir, dockerfileText, tags: ['shared'], secrets: { word: { value: 'open ' + 'sesame' } },
     });
     for await (const event of operation) {
       if (event.kind === 'output') process.stdout.write(event.data);
     }
     console.log((await operation.result).imageId);`,
    [stand.root.path, stand.contextDir, dockerfileText],
  );
}

function isRunning(marker: string): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(marker);
      } catch {
        return false;
      }
    });
}

describe('a build that fails', () => {
  it.each([
    [{ contextDir: '/no/such' }, 'unable to prepare context: path "/no/such" not found'],
    [{ contextDir: '/etc/passwd' }, 'unable to prepare context: path "/etc/passwd" is not a directory'],
    [{}, 'failed to read dockerfile: open Dockerfile: no such file or directory'],
    [{ dockerfile: '/no/File' }, 'failed to read dockerfile: open /no/File: no such file or directory'],
    [{ dockerfileText: '' }, 'dockerfile parse error on line 1: file with no instructions'],
    [
      { dockerfileText: 'FROM busybox\nCOPPY a b' },
      'dockerfile parse error on line 2: unknown instruction: COPPY',
    ],
    [
      { dockerfileText: 'FROM busybox\nUSER $' + '{x' },
      `dockerfile parse error on line 2: failed to process "$` + `{x": syntax error: missing '}'`,
    ],
    [{ dockerfileText: 'ARG I\nFROM $I' }, 'base name ($I) should not be blank'],
    [{ dockerfileText: 'FROM busybox\nRUN \0' }, 'what came is not a Dockerfile: it is binary'],
    [{ dockerfile: '/bin/true' }, 'true is not a Dockerfile: it is binary'],
    [{ dockerfileText: 'FROM busybox\nSTOPSIGNAL WHAT' }, 'Invalid signal: WHAT'],
    [{ dockerfileText: 'FROM busybox\nEXPOSE http' }, 'invalid containerPort: http'],
    [
      { dockerfileText: 'FROM busybox', tags: ['Upper'] },
      /^invalid argument "Upper" for "-t, --tag" flag: .*lowercase/,
    ],
    [{ dockerfileText: 'FROM busybox', network: 'mine' }, 'network mode "mine" is not supported in a build'],
    [{ dockerfileText: 'FROM busybox', platform: 'what' }, /what/],
  ] as const)('says why: %j', async (spec, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    await expect(stand.build(spec)).rejects.toMatchObject({ message: expected });
    expect(leftovers()).toEqual([]);
  });

  it('says in words what the system has refused', async () => {
    const long = 'n'.repeat(300);
    stand.write({ file: '' });
    await expect(stand.build({ dockerfileText: `FROM scratch\nCOPY file /${long}\n` })).rejects.toMatchObject(
      {
        code: 'enametoolong',
        message: expect.stringMatching(new RegExp(`^cannot look at /\\S+/${long}: name too long$`)),
      },
    );
    const path = join(stand.contextDir, 'file/out');
    await expect(
      stand.build({ dockerfileText: 'FROM scratch\nCOPY file /\n', output: { kind: 'folder', path } }),
    ).rejects.toMatchObject({ code: 'enotdir', message: `cannot make ${path}: not a directory` });
  });

  it('never takes a short name for the beginning of an ID of an image here', async () => {
    const { id } = stand.services.images.resolve('busybox');
    const name = id.slice('sha256:'.length, 'sha256:'.length + 12);
    const missing = 'a test asked for a registry';
    // Where it begins with a letter a stage might have been meant.
    const asked = expect.stringMatching(new RegExp(`^(no stage is called "${name}", .*: )?${missing}$`));
    const copy = (from: string) =>
      stand.build({ dockerfileText: `FROM scratch\nCOPY --from=${from} /bin /b\n` });
    const position = { line: 2 };
    await expect(copy(name)).rejects.toMatchObject({ message: asked, details: { position } });
    await expect(stand.build({ dockerfileText: `FROM ${name}\n` })).rejects.toMatchObject({
      message: missing,
    });
    for (const whole of [id, id.slice('sha256:'.length)]) {
      expect((await copy(whole)).result.totalSteps).toBe(2);
      expect((await stand.build({ dockerfileText: `FROM ${whole}\n` })).result.totalSteps).toBe(1);
    }
  });

  it('says of a misspelt stage that there is none, before it says what came of the image', async () => {
    const text = 'FROM busybox AS build\nFROM busybox\nCOPY --from=biuld /bin/true /y\n';
    const failure = {
      message:
        'no stage is called "biuld", and there is no image of that name here: a test asked for a registry',
      hint: 'did you mean the stage build?',
    };
    const position = { details: { position: { line: 3 } } };
    await expect(stand.build({ dockerfileText: text })).rejects.toMatchObject({ ...failure, ...position });
    const mount = text.replace('COPY --from=biuld /bin/true /y', 'RUN --mount=from=biuld,target=/x true');
    await expect(stand.build({ dockerfileText: mount })).rejects.toMatchObject({ ...failure, ...position });
    const from = 'FROM busybox AS build\nFROM biuld\n';
    await expect(stand.build({ dockerfileText: from })).rejects.toMatchObject(failure);
    await expect(stand.build({ dockerfileText: from.replace('biuld', 'nginx') })).rejects.toMatchObject({
      message: 'a test asked for a registry',
    });
  });

  it('gives the position of a syntax error', async () => {
    stand.write({ 'build.dockerfile': 'FROM busybox\n\n  FOO x \\\n y\n' });
    const dockerfile = join(stand.contextDir, 'build.dockerfile');
    await expect(stand.build({ dockerfile })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'dockerfile-syntax',
      details: { position: { file: 'build.dockerfile', line: 3, column: 3, endLine: 4 } },
    });
  });

  it('prefers the ignore file of the Dockerfile, then .dockerignore, then .containerignore', async () => {
    stand.write({ 'my.Dockerfile': 'FROM scratch\nCOPY . /', '.containerignore': 'c', a: '', b: '', c: '' });
    const files = async () => {
      const { result } = await stand.build({ dockerfile: join(stand.contextDir, 'my.Dockerfile') });
      const top = stand.services.images.get(result.imageId)?.topChainId ?? '';
      return readdirSync(stand.services.snapshots.layerDir(top)).filter((name) => name.length === 1);
    };
    expect(await files()).toEqual(['a', 'b']);
    stand.write({ '.dockerignore': 'b' });
    expect(await files()).toEqual(['a', 'c']);
    stand.write({ 'my.Dockerfile.dockerignore': 'a' });
    expect(await files()).toEqual(['b', 'c']);
    stand.write({ 'my.Dockerfile.dockerignore': 'a\n!' });
    await expect(files()).rejects.toMatchObject({
      message: 'failed to parse my.Dockerfile.dockerignore: line 2: illegal exclusion pattern: "!"',
    });
  });

  it('keeps what it has made for the next time, and nothing else', async () => {
    stand.write({ 'a.txt': 'a' });
    const text = (end: string) => `FROM busybox\nCOPY a.txt /\nRUN --network=none ${end}\n`;
    await expect(stand.build({ dockerfileText: text('exit 1'), tags: ['bad'] })).rejects.toThrow();
    expect(leftovers()).toEqual([]);
    expect(stand.services.images.find('bad')).toBeUndefined();
    expect((await stand.build({ dockerfileText: text('true') })).result.cachedSteps).toBe(2);
  });

  it('notices files that change under it', async () => {
    mkdirSync(join(stand.contextDir, 'd'));
    symlinkSync('/etc/passwd', join(stand.contextDir, 'd', 'link'));
    const dockerfileText = 'FROM scratch\nCOPY d /d\n';
    const { result } = await stand.build({ dockerfileText });
    const top = stand.services.images.get(result.imageId)?.topChainId ?? '';
    const copied = join(stand.services.snapshots.layerDir(top), 'd/link');
    expect(existsSync(copied) && readFileSync(copied, 'utf8')).toBe(readFileSync('/etc/passwd', 'utf8'));
  });
});

describe('a context that is written to while it is built', () => {
  /** Has a file of the context grow, or change otherwise, while `work` is under way. */
  async function whileWriting<T>(write: (turn: number) => void, work: () => Promise<T>): Promise<T> {
    let turn = 0;
    const clock = setInterval(() => {
      turn += 1;
      write(turn);
    }, 1);
    try {
      return await work();
    } finally {
      clearInterval(clock);
    }
  }

  it('is copied as it was at one moment: a log that grows all the time by its beginning', async () => {
    const log = join(stand.contextDir, 'build.log');
    stand.write({ 'build.log': 'line 0\n', 'a.txt': 'a' });
    const run = await whileWriting(
      (turn) => appendFileSync(log, `line ${turn}\n`.repeat(100)),
      () => stand.build({ dockerfileText: 'FROM busybox\nCOPY . /c\nRUN --network=none cat /c/build.log\n' }),
    );
    expect(readFileSync(log, 'utf8').startsWith(run.output)).toBe(true);
    expect(run.output).toMatch(/^line 0\n/);
    // The key says what the layer holds: that content again is that layer again.
    writeFileSync(log, run.output);
    const again = await stand.build({ dockerfileText: 'FROM busybox\nCOPY . /c\n' });
    expect(again.cached.map((name) => name.replace(/^.*\] /, ''))).toEqual(['FROM busybox', 'COPY . /c']);
  });

  it('is copied when files come and go, and large ones grow', async () => {
    const large = join(stand.contextDir, 'large.bin');
    writeFileSync(large, Buffer.alloc(3 << 20, 7));
    const names = [0, 1, 2].map((at) => join(stand.contextDir, `.edit-${at}`));
    const run = await whileWriting(
      (turn) => {
        appendFileSync(large, 'x');
        const name = names[turn % 3] as string;
        if (turn % 7 === 0) rmSync(name, { force: true });
        else writeFileSync(name, '');
      },
      () =>
        stand.build({ dockerfileText: 'FROM busybox\nCOPY . /c\nRUN --network=none wc -c < /c/large.bin\n' }),
    );
    expect(Number(run.output)).toBeGreaterThanOrEqual(3 << 20);
  });

  it('fails when a file never comes to rest', async () => {
    const path = join(stand.contextDir, 'restless');
    writeFileSync(path, Buffer.alloc(4 << 20));
    const fd = openSync(path, 'r+');
    let isOver = false;
    const write = (turn: number): void => {
      if (isOver) return;
      writeSync(fd, String(turn), 0);
      setImmediate(write, turn + 1);
    };
    write(0);
    try {
      await expect(stand.build({ dockerfileText: 'FROM scratch\nCOPY restless /\n' })).rejects.toMatchObject({
        code: 'source-changed',
        message: 'restless changed while it was being read',
      });
    } finally {
      isOver = true;
      closeSync(fd);
    }
    expect(leftovers()).toEqual([]);
  });
});

describe('a build that is stopped', () => {
  it('leaves nothing when it is cancelled', async () => {
    const operation = stand.builds.build({
      contextDir: stand.contextDir,
      dockerfileText: 'FROM busybox\nRUN echo started; sleep 6543',
      tags: ['never'],
    });
    for await (const event of operation) if (event.kind === 'output') operation.cancel();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled', exitCode: 130 });
    expect(isRunning('sleep\x006543')).toBe(false);
    expect(leftovers()).toEqual([]);
    expect(stand.services.images.find('never')).toBeUndefined();
  });

  it.each(['none', 'default'])('leaves nothing for long when it is killed (network %s)', async (network) => {
    const text = `FROM busybox\nRUN --network=${network} echo started; sleep 6544`;
    await using script = buildElsewhere(text);
    expect(await script.line()).toBe('started');
    await until(() => isRunning('sleep\x006544'));
    await script.kill();
    await until(() => !isRunning('sleep\x006544') && leftovers().length === 0);
    await stand.build({ dockerfileText: 'FROM busybox' });
    expect(stand.services.metadata.leases.list()).toEqual([]);
  });

  it('leaves no secret anywhere, nor the step that had it, when it is killed', async () => {
    const mount = '--mount=type=secret,id=word --mount=type=secret,id=word,env=WORD';
    const text = `FROM busybox\nRUN --network=none ${mount} wc -c < /run/secrets/word; sleep 6546`;
    await using script = buildElsewhere(text);
    expect(await script.line()).toBe('11');
    await until(() => isRunning('sleep\x006546'));
    await script.kill();
    expect(spawnSync('grep', ['-rl', 'open sesame', stand.root.path]).status).toBe(1);
    await until(() => !isRunning('sleep\x006546') && leftovers().length === 0);
  });

  it('is cleared away by the next one when nobody else could', async () => {
    const text = 'FROM busybox\nRUN --network=none echo started; sleep 6545';
    for (const look of ['build', 'prune'] as const) {
      await using script = buildElsewhere(text, { isGuarded: false });
      expect(await script.line()).toBe('started');
      await script.kill();
      expect(leftovers()).not.toEqual([]);
      if (look === 'prune') await stand.builds.pruneCache();
      else await stand.build({ dockerfileText: 'FROM busybox\nRUN --network=none true', noCache: true });
      expect(leftovers()).toEqual([]);
      expect(isRunning('sleep\x006545')).toBe(false);
    }
  });
});

describe('two builds at once', () => {
  it('of the same thing in one process make each step once', async () => {
    const dockerfileText =
      'FROM busybox\nRUN --network=none cat /proc/sys/kernel/random/uuid > /id; sleep 1\n';
    const [one, two] = await Promise.all([stand.build({ dockerfileText }), stand.build({ dockerfileText })]);
    expect(one.result.imageId).toBe(two.result.imageId);
    expect([one.result.cachedSteps, two.result.cachedSteps].sort()).toEqual([1, 2]);
  });

  it('in two processes make each step once, and the same image', async () => {
    const dockerfileText =
      'FROM busybox\nENV A=1\nRUN --network=none cat /proc/sys/kernel/random/uuid > /id; echo made; sleep 1\nLABEL b=2\n';
    await using elsewhere = buildElsewhere(dockerfileText);
    expect(await elsewhere.line()).toBe('made');
    const here = await stand.build({ dockerfileText });
    expect(here.output).toBe('waiting for the same step, which is being run already\n');
    expect(here.cached.some((name) => name.includes('RUN'))).toBe(true);
    expect(await elsewhere.line()).toBe(here.result.imageId);
    expect(await elsewhere.end()).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  it('do not wait for one that was killed, nor with noCache, and can be given up while they wait', async () => {
    const dockerfileText = 'FROM busybox\nRUN --network=none echo made; sleep 6547\n';
    await using elsewhere = buildElsewhere(dockerfileText);
    expect(await elsewhere.line()).toBe('made');
    const waiting = stand.builds.build({ contextDir: stand.contextDir, dockerfileText });
    for await (const event of waiting) if (event.kind === 'output') waiting.cancel();
    await expect(waiting.result).rejects.toMatchObject({ kind: 'cancelled' });
    const alone = stand.builds.build({ contextDir: stand.contextDir, dockerfileText, noCache: true });
    let output = '';
    for await (const event of alone) {
      if (event.kind === 'output') output += Buffer.from(event.data).toString();
      if (event.kind === 'output') alone.cancel();
    }
    await expect(alone.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect(output).toBe('made\n');
    const next = stand.builds.build({ contextDir: stand.contextDir, dockerfileText });
    output = '';
    for await (const event of next) {
      if (event.kind !== 'output') continue;
      if (output === '') await elsewhere.kill();
      else next.cancel();
      output += Buffer.from(event.data).toString();
    }
    expect(output).toBe('waiting for the same step, which is being run already\nmade\n');
    await until(() => leftovers().length === 0);
  });

  it('in two processes do not disturb each other', async () => {
    stand.write({ 'a.txt': 'a'.repeat(10_000) });
    const steps = Array.from(
      { length: 4 },
      (_, at) => `COPY a.txt /a${at}\nRUN --network=none echo ${at} > /r${at}\n`,
    );
    const dockerfileText = `FROM busybox\n${steps.join('')}`;
    await using first = buildElsewhere(dockerfileText);
    await using second = buildElsewhere(dockerfileText);
    const ids = [await first.line(), await second.line()];
    expect([await first.end(), await second.end()]).toEqual([0, 0]);
    expect(ids).toContain(stand.services.images.resolve('shared').id);
    expect(leftovers()).toEqual([]);
    const again = await stand.build({ dockerfileText });
    expect(again.result.cachedSteps).toBe(9);
  });
});
