import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildSpec } from '../../../src/engine/builds.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Builds, and lets the step go on after `work` once it has said `ready`: it waits for a file in its cache at /sync. */
async function withStepHeld(spec: Partial<BuildSpec>, work: () => void): Promise<string> {
  await using operation = stand.builds.build({ contextDir: stand.contextDir, ...spec });
  let output = '';
  for await (const event of operation) {
    if (event.kind !== 'output') continue;
    output += Buffer.from(event.data).toString();
    if (output !== 'ready\n') continue;
    work();
    const caches = join(stand.root.dirs.cache, 'build-mounts');
    for (const name of readdirSync(caches)) {
      if (/^[0-9a-f]{32}$/.test(name)) writeFileSync(join(caches, name, 'go'), '');
    }
  }
  await operation.result;
  return output.replace('ready\n', '');
}

describe('a mount of the context', () => {
  it.each(['', ',rw'])(
    'shows what the key of the step was made of, whoever writes to it (%s)',
    async (how) => {
      stand.write({ 'c/f': 'old\n', 'c/gone': 'there\n' });
      const dockerfileText = `FROM busybox
RUN --network=none --mount=type=bind,source=c,target=/c${how} --mount=type=cache,id=sync${how.slice(1)},target=/sync \
    echo ready; until [ -e /sync/go ]; do :; done; cat /c/f /c/gone | tee /seen
`;
      const seen = await withStepHeld({ dockerfileText }, () => {
        stand.write({ 'c/f': 'new\n' });
        execFileSync('rm', [join(stand.contextDir, 'c/gone')]);
      });
      expect(seen).toBe('old\nthere\n');
      stand.write({ 'c/gone': 'there\n' });
      const changed = await stand.build({ dockerfileText });
      expect(changed.output).toBe('ready\nnew\nthere\n');
      stand.write({ 'c/f': 'old\n' });
      expect((await stand.build({ dockerfileText })).result.cachedSteps).toBe(2);
    },
  );

  it('belongs to root, has no sockets in it, and keeps modes: as a COPY of it', async () => {
    stand.write({ 'owned/f': 'x', 'owned/d/g': 'y' });
    const dir = join(stand.contextDir, 'owned');
    execFileSync('chown', ['-R', '123:456', dir]);
    chmodSync(join(dir, 'd'), 0o2751);
    chmodSync(join(dir, 'f'), 0o4640);
    const server = createServer().listen(join(dir, 'socket'));
    try {
      const { output } = await stand.build({
        dockerfileText: `FROM busybox
RUN --network=none --mount=type=bind,source=owned,target=/m cd /m && find . | sort | xargs stat -c '%n %u:%g %a'
RUN --network=none --mount=type=bind,source=owned/d,target=/m stat -c '%u:%g %a' /m
RUN --network=none --mount=type=bind,target=/m stat -c '%u:%g %a' /m
`,
        noCache: true,
      });
      expect(output.trim().split('\n')).toEqual([
        ...['. 0:0 755', './d 0:0 2751', './d/g 0:0 644', './f 0:0 4640'],
        ...['0:0 2751', '0:0 755'],
      ]);
    } finally {
      server.close();
    }
    const dockerfileText =
      'FROM busybox\nRUN --network=none --mount=type=bind,source=owned,target=/m cat /m/f\n';
    await stand.build({ dockerfileText });
    chownSync(join(dir, 'd/g'), 7, 7);
    expect((await stand.build({ dockerfileText })).result.cachedSteps).toBe(2);
  });

  it('is copied once for all steps that only read it', async () => {
    stand.write({ 'big/f': 'x' });
    const step = (word: string): string =>
      `RUN --network=none --mount=type=bind,source=big,target=/m echo ${word}; stat -c %i /m/f\n`;
    const { output } = await stand.build({ dockerfileText: `FROM busybox\n${step('a')}${step('b')}` });
    const [, one, , two] = output.split('\n');
    expect(one).toMatch(/^\d+$/);
    expect(two).toBe(one);
  });

  it('cannot be written to, not even by a step that may have all rights, for the steps after it', async () => {
    stand.write({ 'rights/f': 'as it was\n' });
    const { output } = await stand.build({
      dockerfileText: `FROM busybox
RUN --network=none --security=insecure --mount=type=bind,source=rights,target=/m \
    mount -o remount,rw,bind /m; echo changed > /m/f; true
RUN --network=none --mount=type=bind,source=rights,target=/m cat /m/f
`,
      allow: ['security.insecure'],
      noCache: true,
    });
    expect(output.split('\n').at(-2)).toBe('as it was');
    expect(readFileSync(join(stand.contextDir, 'rights/f'), 'utf8')).toBe('as it was\n');
  });
});

describe('the key of a RUN', () => {
  const cachedSteps = async (flags: string, spec?: Partial<BuildSpec>): Promise<number> => {
    const dockerfileText = `FROM busybox\nRUN --network=none ${flags} true\n`;
    const secrets = { s: { value: 'swordfish' } };
    return (await stand.build({ dockerfileText, secrets, ...spec })).result.cachedSteps;
  };

  it.each([
    ['mode of a secret', 'secret,id=s', ',mode=0444'],
    ['owner of a secret', 'secret,id=s', ',uid=5'],
    ['group of a secret', 'secret,id=s', ',gid=5'],
    ['mode of a cache', 'cache,target=/k', ',mode=0700'],
    ['owner of a cache', 'cache,target=/k', ',uid=5'],
    ['group of a cache', 'cache,target=/k', ',gid=5'],
    ['size of memory', 'tmpfs,target=/k', ',size=1m'],
  ])('has the %s in it', async (_what, mount, more) => {
    await cachedSteps(`--mount=type=${mount}`);
    expect(await cachedSteps(`--mount=type=${mount}`)).toBe(2);
    expect(await cachedSteps(`--mount=type=${mount}${more}`)).toBe(1);
  });

  it('leaves out which cache it is, what a secret says, and where a host is', async () => {
    await cachedSteps('--mount=type=cache,target=/which');
    expect(await cachedSteps('--mount=type=cache,target=/which,id=other,sharing=locked')).toBe(2);
    await cachedSteps('--mount=type=secret,id=s,target=/s');
    const other = { secrets: { s: { value: 'another' } } };
    expect(await cachedSteps('--mount=type=secret,id=s,target=/s', other)).toBe(2);
  });

  it('has the names of added hosts in it', async () => {
    const hosts = (...extraHosts: string[]): Promise<number> => cachedSteps('', { extraHosts });
    await hosts('db:10.0.0.1');
    expect(await hosts('db:10.0.0.2')).toBe(2);
    expect(await hosts('cache:10.0.0.1')).toBe(1);
    expect(await hosts()).toBe(1);
  });
});
