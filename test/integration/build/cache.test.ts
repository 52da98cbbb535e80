import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const tenSteps = `FROM busybox
ARG VERSION=1
ENV MODE=fast
WORKDIR /app
COPY src ./src
RUN cat src/*.txt > all.txt
COPY config.txt .
LABEL kind=test
USER joe
CMD ["cat", "/app/all.txt"]
`;

describe('the build cache', () => {
  it('finds every step again when nothing has changed, and makes the same image', async () => {
    stand.write({ Dockerfile: tenSteps, 'src/a.txt': 'a\n', 'src/b.txt': 'b\n', 'config.txt': 'c' });
    const first = await stand.build({ tags: ['cached'] });
    expect(first.result.cachedSteps).toBe(1);
    const second = await stand.build({ tags: ['cached'] });
    expect(second.result).toEqual({ ...first.result, cachedSteps: 10, totalSteps: 10 });
    expect(second.events.filter(({ kind }) => kind === 'output')).toEqual([]);
  });

  it('does not care for the times of files', async () => {
    utimesSync(join(stand.contextDir, 'src/a.txt'), 1, 1);
    expect((await stand.build()).result.cachedSteps).toBe(10);
  });

  it('misses from the COPY on whose files changed, and comes back to the old result when they do', async () => {
    const before = await stand.build();
    stand.write({ 'src/a.txt': 'A\n' });
    const changed = await stand.build();
    expect(changed.cached.at(-1)).toContain('WORKDIR');
    expect(changed.result.imageId).not.toBe(before.result.imageId);
    stand.write({ 'src/a.txt': 'a\n' });
    const again = await stand.build();
    expect(again.result).toEqual(before.result);
  });

  it('does not look into itself for stages it is told to run again', async () => {
    const dockerfileText =
      'FROM busybox AS one\nRUN --network=none echo 1 > /1\nFROM busybox\nRUN --network=none echo 2 > /2\nCOPY --from=one /1 /1\n';
    await stand.build({ dockerfileText });
    const run = await stand.build({ dockerfileText, noCacheStages: ['ONE'] });
    expect(run.cached).toContain('[stage-1 2/3] RUN --network=none echo 2 > /2');
    expect(run.cached).not.toContain('[one 2/2] RUN --network=none echo 1 > /1');
  });

  it('misses when a mode changes, not when a file that is not copied does', async () => {
    stand.write({ 'README.md': 'not copied' });
    expect((await stand.build()).result.cachedSteps).toBe(10);
    chmodSync(join(stand.contextDir, 'config.txt'), 0o600);
    const run = await stand.build();
    expect(run.cached.at(-1)).toContain('RUN cat');
    chmodSync(join(stand.contextDir, 'config.txt'), 0o644);
  });

  it('misses at the first RUN when the value of an ARG changes, unless an ENV hides it', async () => {
    const run = await stand.build({ buildArgs: { VERSION: '2' } });
    expect(run.cached.some((name) => name.includes('COPY src'))).toBe(true);
    expect(run.cached.some((name) => name.includes('RUN cat'))).toBe(false);
    const hidden = tenSteps.replace('ENV MODE=fast', 'ENV MODE=fast VERSION=9');
    await stand.build({ dockerfileText: hidden, buildArgs: { VERSION: '3' } });
    const shielded = await stand.build({ dockerfileText: hidden, buildArgs: { VERSION: '4' } });
    expect(shielded.cached.some((name) => name.includes('RUN cat'))).toBe(true);
  });

  it('knows a step of another Dockerfile by what it does', async () => {
    const reordered = tenSteps.replace('LABEL kind=test\n', '').replace('ENV', 'LABEL kind=test\nENV');
    const run = await stand.build({ dockerfileText: reordered });
    expect(run.cached.some((name) => name.includes('RUN cat'))).toBe(true);
  });

  it('is not asked with noCache', async () => {
    const run = await stand.build({ noCache: true });
    expect(run.result.cachedSteps).toBe(1);
  });

  it('asks of a stage only what is copied from it', async () => {
    const text = (noise: string) =>
      `FROM busybox AS maker\nRUN echo same > /out && echo ${noise} > /noise\nFROM busybox\nCOPY --from=maker /out /in\nRUN cat /in\n`;
    await stand.build({ dockerfileText: text('1') });
    const run = await stand.build({ dockerfileText: text('2') });
    expect(run.cached.filter((name) => name.startsWith('[stage-1'))).toEqual([
      '[stage-1 1/3] FROM busybox',
      '[stage-1 2/3] COPY --from=maker /out /in',
      '[stage-1 3/3] RUN cat /in',
    ]);
  });

  it('runs no stage of which all that is taken from it is there, however deep it lies', async () => {
    stand.write({ 'src/a.txt': 'deep\n' });
    const dockerfileText = `FROM busybox AS base
RUN --network=none dd if=/dev/urandom bs=1k count=9 of=/random 2>/dev/null
FROM base AS made
ENV KEPT=1
COPY src /src
RUN --network=none cat /src/a.txt > /out
FROM made AS more
WORKDIR /more
FROM busybox
COPY --from=more /out /random /
RUN --network=none --mount=from=made,source=/src,target=/src cat /src/a.txt > /seen
`;
    const first = await stand.build({ dockerfileText, tags: ['deep'] });
    await stand.builds.pruneCache();
    const again = await stand.build({ dockerfileText });
    const { totalSteps } = first.result;
    expect(again.result).toMatchObject({
      imageId: first.result.imageId,
      totalSteps,
      cachedSteps: totalSteps,
    });
    expect(again.events.filter(({ kind }) => kind === 'completed')).toHaveLength(totalSteps);

    await stand.builds.pruneCache();
    stand.write({ 'src/a.txt': 'deeper\n' });
    const changed = await stand.build({ dockerfileText });
    expect(changed.result.imageId).not.toBe(first.result.imageId);
    await stand.builds.pruneCache();
    stand.write({ 'src/a.txt': 'deep\n' });
    const filtered = await stand.build({ dockerfileText, noCacheStages: ['base'] });
    expect(filtered.cached.some((name) => name.includes('RUN --network=none dd'))).toBe(false);
    expect(filtered.result.imageId).not.toBe(first.result.imageId);
  });

  it('makes a stage that is gone when a step that needs it has changed', async () => {
    const text = (to: string) =>
      `FROM busybox AS gone\nRUN --network=none cat /proc/sys/kernel/random/uuid > /id\nFROM busybox\nCOPY --from=gone /id ${to}\n`;
    const first = await stand.build({ dockerfileText: text('/one'), tags: ['one'] });
    await stand.builds.pruneCache();
    const run = await stand.build({ dockerfileText: text('/two') });
    expect(run.result.cachedSteps).toBe(2);
    // What came of it anew is what stages are known to be made of from now on.
    const back = await stand.build({ dockerfileText: text('/one') });
    expect(back.result.imageId).not.toBe(first.result.imageId);
  });

  it('reads files again when it cannot trust their times', async () => {
    const path = join(stand.contextDir, 'racy.txt');
    const text = 'FROM scratch\nCOPY racy.txt /\n';
    const ids = new Set<string>();
    for (const content of ['one', 'two', 'six', 'ten']) {
      writeFileSync(path, content);
      utimesSync(path, 1_000, 1_000);
      ids.add((await stand.build({ dockerfileText: text })).result.imageId);
    }
    expect(ids.size).toBe(4);
  });

  it('is listed, and pruned down to what images use', async () => {
    const entries = await stand.builds.cache();
    const descriptions = entries.map(({ description }) => description);
    expect(descriptions).toContain('COPY src ./src # buildkit');
    expect(entries.some(({ shared }) => shared)).toBe(true);

    stand.write({ 'src/a.txt': 'unused\n' });
    await expect(stand.build({ dockerfileText: 'FROM busybox\nCOPY src /x\nRUN exit 3' })).rejects.toThrow();
    const dry = await stand.builds.pruneCache({ dryRun: true });
    expect(dry.removed).not.toEqual([]);
    const pruned = await stand.builds.pruneCache();
    expect(pruned).toEqual(dry);
    expect(pruned.reclaimedBytes).toBeGreaterThan(0);
    expect((await stand.builds.cache()).every(({ inUse, shared }) => inUse && shared)).toBe(true);
    expect((await stand.builds.pruneCache()).removed).toEqual([]);
  });

  it('is pruned down to a size, what was used last stays, and to what filters choose', async () => {
    const build = (name: string) =>
      stand.build({
        dockerfileText: `FROM busybox\nRUN --network=none head -c 1000000 /dev/urandom > /${name}\nRUN --network=none --mount=type=cache,target=/c head -c 1000000 /dev/urandom > /${name}2\n`,
        output: { kind: 'tar', path: stand.root.at('out.tar') },
      });
    await stand.builds.pruneCache({ all: true });
    await build('old');
    await build('new');
    const entries = await stand.builds.cache();
    const ids = (name: string) =>
      entries.filter(({ description }) => description.includes(name)).map(({ id }) => id);
    expect(ids('> /')).toHaveLength(4);
    const prune = (options: Parameters<typeof stand.builds.pruneCache>[0]) =>
      stand.builds.pruneCache(options);
    expect((await prune({ keepBytes: 50_000_000 })).removed).toEqual([]);
    expect((await prune({ filters: { 'unused-for': ['24h'] }, all: true })).removed).toEqual([]);
    expect((await prune({ filters: { inuse: ['true'] } })).removed).toEqual([]);
    await expect(prune({ filters: { inuse: ['perhaps'] } })).rejects.toMatchObject({ code: 'bad-filter' });
    const one = await prune({ keepBytes: 3_500_000 });
    expect(one.removed).toEqual(ids('> /old2 '));
    expect(one.reclaimedBytes).toBeGreaterThanOrEqual(1_000_000);
    expect((await prune({ keepBytes: 2_500_000 })).removed).toEqual(ids('> /old '));
    const mounts = await prune({ filters: { type: ['exec.cachemount'] } });
    expect(mounts.removed).toEqual(ids('cache mount'));
    expect((await prune({ filters: { id: ids('> /new2') } })).removed).toEqual(ids('> /new2'));
    expect((await stand.builds.cache()).map(({ id }) => id)).toEqual(ids('> /new '));
  });

  it('tells the IDs it has listed when it is pruned, however many keys lead to a layer', async () => {
    const dockerfileText =
      'FROM busybox AS a\nRUN --network=none echo many > /many\nFROM busybox\nCOPY --from=a /many /\n';
    await stand.build({ dockerfileText });
    const listed = (await stand.builds.cache()).map(({ id }) => id);
    const { removed } = await stand.builds.pruneCache({ all: true });
    expect([...removed].sort()).toEqual([...listed].sort());
  });

  it('forgets everything with all, and leaves the images', async () => {
    stand.write({ 'src/a.txt': 'a\n' });
    const before = await stand.build({ tags: ['kept'] });
    await stand.builds.pruneCache({ all: true });
    expect(await stand.builds.cache()).toEqual([]);
    expect(stand.services.images.resolve('kept').id).toBe(before.result.imageId);
    expect(stand.services.snapshots.has(stand.services.images.resolve('kept').topChainId ?? '')).toBe(true);
    expect((await stand.build()).result.cachedSteps).toBe(1);
  });
});
