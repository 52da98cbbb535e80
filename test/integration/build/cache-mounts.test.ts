import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a cache mount', () => {
  it('is another one where it begins otherwise, or belongs to somebody else', async () => {
    stand.write({ 'seed/from-context': 'c' });
    const look = 'cd /c && stat -c "%a %u:%g" . && find . -maxdepth 1 -type f | sort && touch "mark-$WHO"';
    const text = (who: string): string => `FROM busybox AS base
RUN mkdir -m 750 /seed && echo s > /seed/from-stage && chown -R 5:6 /seed
FROM busybox
ARG WHO=${who}
RUN --network=none --mount=type=cache,target=/c,id=apart ${look}
RUN --network=none --mount=type=cache,target=/c,id=apart,uid=7,gid=8,mode=0700 ${look}
RUN --network=none --mount=type=cache,target=/c,id=apart,from=base,source=/seed ${look}
RUN --network=none --mount=type=cache,target=/c,id=apart,from=base,source=/seed,uid=9,sharing=locked ${look}
RUN --network=none --mount=type=cache,target=/c,id=apart,from=extra,source=seed,sharing=private ${look}
RUN --network=none --mount=type=cache,target=/c,id=apart,source=deep ${look}
`;
    const contexts = { extra: stand.contextDir };
    const first = await stand.build({ dockerfileText: text('one'), contexts, noCache: true });
    expect(first.output.trim().split('\n')).toEqual([
      '755 0:0',
      '700 7:8',
      ...['750 5:6', './from-stage'],
      ...['750 9:6', './from-stage'],
      ...['755 0:0', './from-context'],
      '755 0:0',
    ]);
    const second = await stand.build({ dockerfileText: text('two'), contexts });
    expect(second.output.match(/mark-one/g)).toHaveLength(6);
    const gone = 'FROM busybox\nRUN --mount=type=cache,target=/c,from=busybox,source=/nope true';
    await expect(stand.build({ dockerfileText: gone })).rejects.toMatchObject({
      message: 'RUN --mount failed: stat nope: file does not exist',
    });
    const file = 'FROM busybox\nRUN --mount=type=cache,target=/c,from=busybox,source=/bin/sh true';
    await expect(stand.build({ dockerfileText: file })).rejects.toMatchObject({ code: 'not-a-folder' });
  });

  it('is another one in each namespace', async () => {
    const text = (who: string): string =>
      `FROM busybox\nRUN --network=none --mount=type=cache,target=/named ls /named; echo; touch /named/${who}\n`;
    const build = async (who: string, namespace?: string) => {
      const buildArgs = namespace === undefined ? {} : { BUILDKIT_CACHE_MOUNT_NS: namespace };
      return (await stand.build({ dockerfileText: text(who), buildArgs })).output.trim();
    };
    expect(await build('nobody')).toBe('');
    expect(await build('one', 'a')).toBe('');
    expect(await build('two', 'b')).toBe('');
    expect(await build('three', 'a')).toBe('one');
    expect(await build('four')).toBe('nobody');
    const mounts = (await stand.builds.cache()).map(({ description }) => description);
    expect(mounts).toContain('cache mount a/named');
  });

  it('lets one step at a time in when it is locked, and is one for each when it is private', async () => {
    const text = (sharing: string): string => `FROM busybox AS one
ARG AGAIN=${sharing}
RUN --network=none --mount=type=cache,target=/c,id=${sharing},sharing=${sharing} \
  mkdir /c/busy && usleep 200000 && rmdir /c/busy
FROM busybox AS two
ARG AGAIN=${sharing}
RUN --network=none --mount=type=cache,target=/c,id=${sharing},sharing=${sharing} \
  echo two && mkdir /c/busy && usleep 200000 && rmdir /c/busy
FROM scratch
COPY --from=one /etc /one
COPY --from=two /etc /two
`;
    await stand.build({ dockerfileText: text('locked') });
    await stand.build({ dockerfileText: text('private') });
    const mounts = (await stand.builds.cache()).map(({ description }) => description);
    expect(mounts.filter((description) => description === 'cache mount locked')).toHaveLength(1);
    expect(mounts.filter((description) => description === 'cache mount private')).toHaveLength(2);
  });
});
