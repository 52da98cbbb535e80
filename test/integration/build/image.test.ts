import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** What a stage has whose base has none. */
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

describe('a built image', () => {
  it('says what the Dockerfile says, with the history of BuildKit', async () => {
    const text = `FROM busybox
MAINTAINER me
ENV A=1 B="two words"
ENV A=3 C=$A
LABEL x=$A "y y"='z z'
EXPOSE 80 443/tcp 9000-9001/UDP
VOLUME /data /more
USER 5:6
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s CMD true
WORKDIR sub
WORKDIR deeper
SHELL ["/bin/ash", "-c"]
ENTRYPOINT echo hi
CMD ["a", "b"]
ONBUILD RUN --network=none echo triggered
`;
    const { result } = await stand.build({ dockerfileText: text, tags: ['says:1'], labels: { extra: 'l' } });
    expect(result.tags).toEqual(['says:1']);
    const { config } = stand.services.images.resolve('says:1');
    expect(config.author).toBe('me');
    expect(config.config).toEqual({
      Env: [path, 'A=3', 'B=two words', 'C=1'],
      Labels: { extra: 'l', x: '3', 'y y': 'z z' },
      ExposedPorts: { '443/tcp': {}, '80/tcp': {}, '9000/udp': {}, '9001/udp': {} },
      Volumes: { '/data': {}, '/more': {} },
      User: '5:6',
      StopSignal: 'SIGQUIT',
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5e9 },
      WorkingDir: '/sub/deeper',
      Shell: ['/bin/ash', '-c'],
      Entrypoint: ['/bin/ash', '-c', 'echo hi'],
      Cmd: ['a', 'b'],
      OnBuild: ['RUN --network=none echo triggered'],
    });
    expect(config.history?.slice(1).map(({ created_by }) => created_by)).toEqual([
      'MAINTAINER me',
      'ENV A=1 B=two words',
      'ENV A=3 C=1',
      'LABEL x=3 y y=z z',
      'EXPOSE [443/tcp 80/tcp 9000/udp 9001/udp]',
      'VOLUME [/data /more]',
      'USER 5:6',
      'STOPSIGNAL SIGQUIT',
      `HEALTHCHECK &{["CMD-SHELL" "true"] "5s" "0s" "0s" "0s" '\\x00'}`,
      'WORKDIR /sub',
      'WORKDIR /sub/deeper',
      'SHELL [/bin/ash -c]',
      'ENTRYPOINT ["/bin/ash" "-c" "echo hi"]',
      'CMD ["a" "b"]',
    ]);
    const layers = config.history?.filter(({ empty_layer }) => empty_layer !== true).length;
    expect(layers).toBe(config.rootfs.diff_ids.length);

    const child = await stand.build({ dockerfileText: 'FROM says:1\nENTRYPOINT ["x"]', noCache: true });
    expect(child.output).toBe('triggered\n');
    const onTop = stand.services.images.get(child.result.imageId)?.config.config;
    expect(onTop?.OnBuild).toBeUndefined();
    expect(onTop?.Cmd ?? null).toBeNull();
  });

  it('leaves out a command of no words, as Go does', async () => {
    const { result } = await stand.build({ dockerfileText: 'FROM busybox\nCMD []\nENTRYPOINT []\n' });
    const config = stand.services.images.get(result.imageId)?.config.config ?? {};
    for (const key of ['Cmd', 'Entrypoint']) expect(config[key as 'Cmd']).toBeUndefined();
  });

  it('is the same whenever it is built with SOURCE_DATE_EPOCH', async () => {
    stand.write({ 'one.txt': '1' });
    const dockerfileText = 'FROM busybox\nWORKDIR /w\nCOPY one.txt <<E /w/\nx\nE\nENV A=b\n';
    const spec = { dockerfileText, buildArgs: { SOURCE_DATE_EPOCH: '1700000000' }, noCache: true };
    const [first, second] = [await stand.build(spec), await stand.build(spec)];
    expect(first.result.imageId).toBe(second.result.imageId);
    expect(stand.services.images.get(first.result.imageId)?.createdAt).toBe('2023-11-14T22:13:20.000Z');
  });

  it('takes its names from what had them, in one step', async () => {
    const first = await stand.build({ dockerfileText: 'FROM busybox\nENV N=1', tags: ['moving', 'other:x'] });
    const second = await stand.build({ dockerfileText: 'FROM busybox\nENV N=2', tags: ['moving'] });
    expect(stand.services.images.resolve('moving').id).toBe(second.result.imageId);
    expect(stand.services.images.get(first.result.imageId)?.references).toEqual([
      'docker.io/library/other:x',
    ]);
    const events: string[] = [];
    const since = '2000-01-01T00:00:00Z';
    const until = new Date(Date.now() + 1).toISOString();
    for await (const event of stand.services.metadata.journal.follow({ since, until })) {
      if (event.type === 'image.built') events.push(event.name ?? '');
    }
    expect(events.slice(-2)).toEqual(['docker.io/library/moving:latest', 'docker.io/library/moving:latest']);
  });
});

describe('stages', () => {
  const text = `ARG BASE=busybox
FROM $BASE AS one
RUN --network=none echo one > /f
FROM one AS two
RUN --network=none echo two >> /f
FROM busybox AS unneeded
RUN --network=none exit 9
FROM busybox AS final
COPY --from=two /f /f
RUN --network=none cat /f
`;

  it('stand on each other, and only those the target needs are built', async () => {
    const run = await stand.build({ dockerfileText: text, noCache: true });
    expect(run.output).toBe('one\ntwo\n');
    const graph = run.events.find((event) => event.kind === 'graph');
    expect(graph?.kind === 'graph' && graph.vertices.map(({ name, inputs }) => [name, inputs])).toEqual([
      ['[one 1/2] FROM $BASE AS one', []],
      ['[one 2/2] RUN --network=none echo one > /f', ['0.0']],
      ['[two 1/2] FROM one AS two', ['0.1']],
      ['[two 2/2] RUN --network=none echo two >> /f', ['1.0']],
      ['[final 1/3] FROM busybox AS final', []],
      ['[final 2/3] COPY --from=two /f /f', ['3.0', '1.1']],
      ['[final 3/3] RUN --network=none cat /f', ['3.1']],
    ]);
  });

  it('end with the one that was asked for', async () => {
    const run = await stand.build({ dockerfileText: text, target: 'ONE' });
    expect(run.result.totalSteps).toBe(2);
    await expect(stand.build({ dockerfileText: text, target: 'finale' })).rejects.toMatchObject({
      message: 'target stage "finale" could not be found',
      hint: expect.stringMatching(/^did you mean final\? \(stages: .*final.*\)$/),
      details: { rule: 'no-such-target' },
    });
  });

  it('run at the same time when they do not wait for each other', async () => {
    const meet = (own: string, other: string): string =>
      `RUN --network=none --mount=type=cache,target=/m,id=meet touch /m/${own}; for i in $(seq 100); do [ -e /m/${other} ] && exit 0; usleep 50000; done; exit 1`;
    const dockerfileText = `FROM busybox AS a\n${meet('a', 'b')}\nFROM busybox AS b\n${meet('b', 'a')}\nFROM scratch\nCOPY --from=a /bin /a\nCOPY --from=b /bin /b\n`;
    await stand.build({ dockerfileText, noCache: true });
  });

  it('stop when another one fails, and the failure is told once, where it was', async () => {
    const dockerfileText =
      'FROM busybox AS slow\nRUN --network=none sleep 600\nFROM busybox AS bad\nRUN --network=none exit 5\nFROM scratch\nCOPY --from=bad /bin /b\nCOPY --from=slow /bin /a\n';
    const operation = stand.builds.build({ contextDir: stand.contextDir, dockerfileText });
    const failed: string[] = [];
    const started: string[] = [];
    for await (const event of operation) {
      if (event.kind === 'started') started.push(event.vertex);
      if (event.kind === 'failed') failed.push(`${event.vertex} ${event.message}`);
    }
    await expect(operation.result).rejects.toMatchObject({
      exitCode: 1,
      details: { vertex: '1.1', position: { line: 4 } },
    });
    expect(failed[0]).toBe("1.1 The command '/bin/sh -c exit 5' returned a non-zero code: 5");
    expect(failed.slice(1)).toEqual(['0.1 cancelled']);
    expect(started.filter((id) => id.startsWith('2.'))).toEqual(['2.0']);
  });
});
