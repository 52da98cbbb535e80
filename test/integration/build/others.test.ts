import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { saveImages } from '../../../src/core/transfer/save-images.ts';
import { buildStand } from '../../support/build-stand.ts';
import { dockerDaemon } from '../../support/docker-daemon.ts';
import { podman } from '../../support/podman.ts';

it('an image built here runs in podman and docker as it was meant', async () => {
  await using daemon = await dockerDaemon();
  await using stand = await buildStand();
  stand.write({
    'a.txt': 'A\n',
    Dockerfile: `FROM busybox AS maker
WORKDIR /w
COPY a.txt .
RUN --network=none cat a.txt > b.txt && mkdir -p /x/y && ln -s ../y /x/y/z && echo gone > /x/gone
FROM busybox
LABEL kind=test
COPY --from=maker --chown=5:6 /x /x
COPY --from=maker /w /w
RUN --network=none rm /x/gone && echo changed > /tmp/note
HEALTHCHECK --interval=1m CMD true
VOLUME /v
USER 5:6
WORKDIR /w
CMD ["sh", "-c", "cat b.txt /tmp/note; ls /x; stat -c %u:%g /x/y; id -u; pwd"]
`,
  });
  await stand.build({ tags: ['built:1'] });
  const archive = stand.root.at('built.tar');
  const { signal } = new AbortController();
  await pipeline(Readable.from(saveImages(stand.services, ['built:1'], signal)), createWriteStream(archive));
  const said = ['A', 'changed', 'y', '5:6', '5', '/w'];
  const lines = (text: string) => text.trim().split('\n');

  await using other = podman();
  await other.must('load', '--input', archive);
  expect(lines(await other.must('run', '--rm', 'docker.io/library/built:1'))).toEqual(said);
  expect(
    lines(await other.must('history', '--format', '{{.CreatedBy}}', 'docker.io/library/built:1')).slice(0, 2),
  ).toEqual([expect.stringContaining('CMD ["sh" "-c"'), 'WORKDIR /w']);

  await daemon.must('load', '--input', archive);
  expect(lines(await daemon.must('run', '--rm', '--network', 'none', 'built:1'))).toEqual(said);
  const { id } = stand.services.images.resolve('built:1');
  expect(
    lines(
      await daemon.must('inspect', '--format', '{{.Id}} {{.Config.User}} {{.Config.Labels.kind}}', 'built:1'),
    ),
  ).toEqual([`${id} 5:6 test`]);
});
