import { execFileSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { BuildSpec } from '../../../src/engine/builds.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';

const epoch = 1_700_000_000;
const busybox = '/bin/busybox';

/** All that makes files: copies, archives of them, folders, commands, on a base that is the same everywhere. */
const dockerfileText = `FROM scratch AS tools
COPY --chmod=755 busybox /bin/busybox
RUN --network=none ["/bin/busybox", "--install", "-s", "/bin"]
FROM scratch
COPY --from=tools / /
WORKDIR /made/here
COPY --chmod=644 text.txt <<note.txt ./
written here
note.txt
RUN --network=none date > /dev/null; mkdir -p a/b && echo x > a/b/c && ln a/b/c d && ln -s d e && mkfifo f && rm /bin/ed
LABEL b=2 a=1
`;

const masks: number[] = [];
afterEach(() => {
  for (const mask of masks.splice(0)) process.umask(mask);
});

async function buildElsewhere(umask: number, spec: Partial<BuildSpec> = {}) {
  await using stand: BuildStand = await buildStand();
  masks.push(process.umask(umask));
  copyFileSync(busybox, `${stand.contextDir}/busybox`);
  stand.write({ 'text.txt': 'text\n' });
  const buildArgs = { SOURCE_DATE_EPOCH: String(epoch) };
  const { result } = await stand.build({ dockerfileText, buildArgs, ...spec });
  const { created, history } = stand.services.images.get(result.imageId)?.config ?? {};
  return { digest: result.manifest.digest, created, times: new Set(history?.map((item) => item.created)) };
}

describe('SOURCE_DATE_EPOCH', () => {
  it('gives the same image, bit for bit, in other places at other times by other people', async () => {
    const first = await buildElsewhere(0o022);
    const created = new Date(epoch * 1000).toISOString();
    expect(first).toMatchObject({ created, times: new Set([created]) });
    expect(await buildElsewhere(0o077)).toEqual(first);
    expect(await buildElsewhere(0o002, { squash: true })).toMatchObject({ created });
  });
});

describe('files that are taken out with SOURCE_DATE_EPOCH', () => {
  it('all have that time, those of the base too, and what was there before keeps its own', async () => {
    await using stand = await buildStand();
    const dockerfileText = 'FROM busybox\nRUN --network=none mkdir -p /d && echo x > /d/f && ln -s f /d/l\n';
    const buildArgs = { SOURCE_DATE_EPOCH: String(epoch) };
    const path = stand.root.at('out');
    mkdirSync(path);
    writeFileSync(`${path}/before`, 'before');
    await stand.build({ dockerfileText, buildArgs, output: { kind: 'folder', path } });
    const times = ['bin/busybox', 'bin', 'd', 'd/f', 'd/l'].map(
      (name) => lstatSync(`${path}/${name}`).mtimeMs,
    );
    expect(new Set(times)).toEqual(new Set([epoch * 1000]));
    expect(lstatSync(`${path}/before`).mtimeMs).toBeGreaterThan(epoch * 1000);
    const tar = stand.root.at('out.tar');
    await stand.build({ dockerfileText, buildArgs, output: { kind: 'tar', path: tar } });
    const listed = execFileSync('tar', ['-tvf', tar, '--utc'], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const days = listed
      .trim()
      .split('\n')
      .map((line) => /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(line)?.[0]);
    expect(new Set(days)).toEqual(new Set(['2023-11-14 22:13']));
  });
});

describe('--squash', () => {
  it('makes one layer of all that was added, without what was deleted on the way', async () => {
    await using stand = await buildStand();
    const base = `FROM busybox
RUN --network=none mkdir -p /kept /gone/deep /becomes && echo 1 > /kept/1 && echo 2 > /gone/deep/2 && echo 3 > /becomes/3
`;
    await stand.build({ dockerfileText: base, tags: ['base'] });
    const text = `FROM base
RUN --network=none echo big > /secret && ln /kept/1 /kept/twin && chmod 700 /kept
RUN --network=none rm -r /secret /gone /becomes && echo file > /becomes && mkdir /gone && chown 5:6 /gone
LABEL x=y
`;
    const plain = await stand.build({ dockerfileText: text });
    const { result } = await stand.build({ dockerfileText: text, squash: true, tags: ['squashed'] });
    const image = stand.services.images.get(result.imageId);
    const inherited = stand.services.images.findBase('base')?.diffIds ?? [];
    expect(image?.diffIds).toHaveLength(inherited.length + 1);
    expect(image?.diffIds.slice(0, -1)).toEqual(inherited);
    expect(image?.config.history?.slice(-4).map((item) => item.empty_layer ?? false)).toEqual([
      ...[true, true, true],
      false,
    ]);
    // Both look alike from inside, and the secret is in no layer of it.
    const look = async (reference: string): Promise<string> => {
      const command =
        'find / -xdev ! -path "/[pds][ery]*" | sort | xargs stat -c "%n %F %a %u:%g" && cat /becomes && stat -c %h /kept/twin';
      const contexts = { it: `docker-image://${reference}` };
      const run = await stand.build({ dockerfileText: `FROM it\nRUN --network=none ${command}\n`, contexts });
      return run.output;
    };
    const squashed = await look('squashed');
    expect(squashed).toBe(await look(plain.result.imageId));
    expect(squashed).toContain('/gone directory 755 5:6');
    const dir = stand.services.snapshots.layerDir(image?.topChainId as string);
    expect(readdirSync(dir).toSorted()).toEqual(['becomes', 'gone', 'kept']);
  });
});
