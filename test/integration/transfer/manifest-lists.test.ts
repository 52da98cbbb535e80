import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registryClientOf } from '../../../src/core/registry/create-registry-client.ts';
import { openRegistryAccess, type RegistryAccess } from '../../../src/core/registry/registry-access.ts';
import { createManifestLists } from '../../../src/core/transfer/create-manifest-lists.ts';
import { manifestListRecords } from '../../../src/core/transfer/manifest-list-records.ts';
import type { ManifestLists } from '../../../src/engine/manifest-lists.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { type DockerDaemon, dockerDaemon } from '../../support/docker-daemon.ts';
import { podman } from '../../support/podman.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { mustRun } from '../../support/run-program.ts';
import { checkCore } from '../../support/store-check.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let server: RegistryServer;
let daemon: DockerDaemon;
let access: RegistryAccess;
let engine: TestEngine;
let lists: ManifestLists;

beforeAll(async () => {
  [server, daemon] = await Promise.all([registryServer(), dockerDaemon()]);
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  access = openRegistryAccess({ env: {} });
  engine = testEngine(registryClientOf(access));
  lists = createManifestLists({ metadata: engine.metadata, access: async () => access });
});
afterEach(() => {
  engine[Symbol.dispose]();
  access[Symbol.dispose]();
});

const at = (name: string): string => `${server.host}/${name}`;
const host = process.arch === 'arm64' ? 'arm64' : 'amd64';
const raw = (name: string): Promise<string> =>
  mustRun(['skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${name}`]);

/** An image of busybox that says its name, pushed. */
async function push(name: string): Promise<{ readonly id: string; readonly digest: string }> {
  const layers = [
    [
      { path: 'bin/', mode: 0o755 },
      { path: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
      { path: 'name', content: name },
    ],
  ];
  const { id } = await addImage(engine, {
    names: [at(name)],
    layers,
    config: { Cmd: ['/bin/busybox', 'cat', '/name'] },
  });
  const [pushed] = await engine.port.push(at(name)).result;
  return { id, digest: pushed?.digest as string };
}

describe('a manifest list', () => {
  it('gives docker, podman, skopeo and us the image for the machine that asks, and each its own', async () => {
    await using pods = podman();
    const [ours, theirs] = [await push('web:ours'), await push('web:theirs')];
    const name = at('web:all');
    await lists.create(name, [at('web:theirs'), at('web:ours')]);
    await lists.annotate(name, at('web:theirs'), { architecture: 's390x', 'os.features': ['a', 'b'] });
    const { digest, brought } = await lists.push(name).result;
    expect(brought).toEqual([]);
    const text = await raw(name);
    expect(sha256(Buffer.from(text))).toBe(digest);
    expect(JSON.parse(text)).toMatchObject({
      mediaType: mediaTypes.index,
      manifests: [
        {
          digest: theirs.digest,
          platform: { architecture: 's390x', os: 'linux', 'os.features': ['a', 'b'] },
        },
        { digest: ours.digest, platform: { architecture: host, os: 'linux' } },
      ],
    });
    expect(await daemon.must('run', '--rm', '--network', 'none', name)).toBe('web:ours');
    await pods.must('pull', '--tls-verify=false', name);
    expect(await pods.must('run', '--rm', name)).toBe('web:ours');
    const asked = ['skopeo', '--override-arch', 's390x', 'inspect', '--config', '--tls-verify=false'];
    expect(sha256(Buffer.from(await mustRun([...asked, '--raw', `docker://${name}`])))).toBe(theirs.id);
    using other = testEngine(registryClientOf(access));
    expect((await other.port.pull(name).result)[0]).toMatchObject({ id: ours.id, digest });
  });

  it('of what docker pushed has the very digest that docker gives it', async () => {
    await push('twin:one');
    for (const tag of ['one', 'two']) {
      await daemon.must('pull', at('twin:one'));
      await daemon.must('tag', at('twin:one'), at(`docker:${tag}`));
      await daemon.must('push', at(`docker:${tag}`));
    }
    const names = [at('docker:one'), at('docker:two')];
    await daemon.must('manifest', 'create', '--insecure', at('docker:all'), ...names);
    const wanted = (await daemon.must('manifest', 'push', '--insecure', at('docker:all'))).trim();
    const list = await lists.create(at('docker:ours'), names);
    expect(list.mediaType).toBe(mediaTypes.dockerManifestList);
    expect((await lists.push(at('docker:ours')).result).digest).toBe(wanted);
    expect(await raw(at('docker:ours'))).toBe(list.text);
  });

  it('brings what lies in another repository, or on another registry, and then names it', async () => {
    await using second = await registryServer();
    const one = await push('parts/one:1');
    const beside = at('whole/beside:1');
    await lists.create(beside, [at('parts/one:1')]);
    expect((await lists.push(beside).result).brought).toEqual([
      { reference: `${at('whole/beside')}@${one.digest}`, digest: one.digest },
    ]);
    expect(await daemon.must('run', '--rm', '--network', 'none', beside)).toBe('parts/one:1');
    const elsewhere = `${second.host}/whole/elsewhere:1`;
    await lists.create(elsewhere, [at('parts/one:1')]);
    await lists.push(elsewhere, { purge: true }).result;
    expect(await daemon.must('run', '--rm', '--network', 'none', elsewhere)).toBe('parts/one:1');
    expect(await lists.find(elsewhere)).toBeUndefined();
    expect((await lists.list()).map(({ name }) => name)).toEqual([beside]);
  });

  it('is not begun twice, grows by --amend, and goes', async () => {
    const [one, two] = [await push('grow:one'), await push('grow:two')];
    const name = at('grow');
    const list = await lists.create(name, [at('grow:one')]);
    expect(list.name).toBe(at('grow:latest'));
    await expect(lists.create(name, [at('grow:two')])).rejects.toMatchObject({
      message: 'refusing to amend an existing manifest list with no --amend flag',
    });
    await lists.create(name, [at('grow:two'), at('grow:one')], { amend: true });
    const found = await lists.find(name);
    expect(found?.manifests.map(({ digest }) => digest)).toEqual([one.digest, two.digest]);
    await lists.remove(name);
    await expect(lists.remove(name)).rejects.toMatchObject({
      message: `No such manifest: ${at('grow:latest')}`,
    });
    await expect(lists.push(name).result).rejects.toMatchObject({ code: 'no-such-manifest-list' });
  });

  it('takes nothing that is not there, no list, and no machine that there is not', async () => {
    await push('sound:1');
    const name = at('sound:all');
    await expect(lists.create(name, [at('sound:nope')])).rejects.toMatchObject({
      message: `no such manifest: ${at('sound:nope')}`,
      hint: expect.stringContaining('push the image first'),
    });
    expect(await lists.list()).toEqual([]);
    await lists.create(name, [at('sound:1')]);
    await expect(lists.annotate(name, at('sound:2'), { variant: 'v8' })).rejects.toMatchObject({
      message: `manifest for image ${at('sound:2')} does not exist in ${name}`,
    });
    await expect(lists.annotate(name, at('sound:1'), { architecture: 'amd46' })).rejects.toMatchObject({
      message: 'manifest entry for image has unsupported os/arch combination: linux/amd46',
    });
    await expect(lists.create(`${name}@${sha256('x')}`, [at('sound:1')])).rejects.toMatchObject({
      code: 'bad-reference',
    });
    await lists.push(name).result;
    await expect(lists.create(at('sound:nested'), [name])).rejects.toMatchObject({
      message: `${name} is a manifest list`,
    });
  });

  it('whose record is damaged is told of by a check, and forgotten by a mend', async () => {
    await push('damaged:1');
    await lists.create(at('damaged:all'), [at('damaged:1')]);
    engine.metadata.collection('manifest-lists', String).put(at('damaged:all'), 'rubbish');
    expect((await checkCore(engine)).findings).toMatchObject([{ code: 'record-damaged', status: 'found' }]);
    expect((await checkCore(engine, { repair: true })).findings).toMatchObject([{ status: 'mended' }]);
    expect([...manifestListRecords(engine.metadata).keys()]).toEqual([]);
  });
});
