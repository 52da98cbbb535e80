import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsHere } from '../../../src/core/host/emulation.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const copyOnly = `FROM --platform=$BUILDPLATFORM busybox AS made
ARG TARGETPLATFORM
RUN --network=none echo $TARGETPLATFORM > /target
FROM scratch
ARG TARGETARCH
COPY --from=made /target /
COPY app-$TARGETARCH /app
CMD ["/app"]
`;

describe('a build for another platform', () => {
  it.each([
    ['linux/arm64', { os: 'linux', architecture: 'arm64', variant: undefined }],
    ['linux/arm/v6', { os: 'linux', architecture: 'arm', variant: 'v6' }],
    ['arm', { os: 'linux', architecture: 'arm', variant: 'v7' }],
    ['windows/amd64', { os: 'windows', architecture: 'amd64', variant: undefined }],
  ])('works for %s where nothing of it runs, and the image says so', async (platform, expected) => {
    stand.write({ [`app-${expected.architecture}`]: expected.architecture });
    const { result } = await stand.build({ dockerfileText: copyOnly, platform, tags: ['cross'] });
    const image = stand.services.images.get(result.imageId);
    const { os, architecture, variant } = image?.config ?? {};
    expect({ os, architecture, variant }).toEqual(expected);
    expect(image?.diffIds).toHaveLength(2);
  });

  it('says once and clearly that RUN needs an emulator, where there is none', async () => {
    const foreign = ['s390x', 'riscv64'].find((architecture) => !runsHere({ os: 'linux', architecture }));
    if (foreign === undefined) return;
    stand.write({ sh: 'x' });
    const dockerfileText = 'FROM scratch\nCOPY sh /bin/sh\nRUN true\n';
    await expect(stand.build({ dockerfileText, platform: `linux/${foreign}` })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'platform-not-runnable',
      message: expect.stringMatching(
        new RegExp(`^RUN for linux/${foreign} cannot be executed on linux/.*: no emulator is registered$`),
      ),
      details: { position: { line: 3 } },
    });
  });
});
