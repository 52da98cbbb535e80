import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryClient } from '../../../src/core/registry/registry-client.ts';
import { createTransfers } from '../../../src/core/transfer/create-transfers.ts';
import { ensureBaseImage } from '../../../src/core/transfer/ensure-base-image.ts';
import type { TransferEvent } from '../../../src/engine/transfer-events.ts';
import { type Digest, shortId } from '../../../src/oci/digest.ts';
import {
  type RegistryServer,
  registryPassword,
  registryServer,
  registryUser,
} from '../../support/registry-server.ts';
import { mustRun, runProgram } from '../../support/run-program.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { addImage } from '../../support/test-core.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let server: RegistryServer;
let registry: RegistryClient;
const engines: TestEngine[] = [];

beforeAll(async () => {
  server = await registryServer();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  registry = createRegistryClient({});
});
afterEach(() => {
  registry[Symbol.dispose]();
  for (const one of engines.splice(0)) one[Symbol.dispose]();
});

function engine(): TestEngine {
  const one = testEngine(registry);
  engines.push(one);
  return one;
}

const layers = [
  [
    { path: 'bin/', mode: 0o755 },
    { path: 'bin/app', content: 'app'.repeat(50_000), mode: 0o4755 },
  ],
  [{ path: 'etc/conf', content: 'conf' }, { path: 'bin/.wh.old' }],
];

/** What a snapshot shows of a file, seen through its layers. */
function fileOf(core: TestEngine, chainId: string, path: string): string {
  const { folder, lower } = core.snapshots.mountPlan(chainId);
  for (const dir of folder === undefined ? lower : [folder]) {
    try {
      return readFileSync(join(dir, path), 'utf8');
    } catch {
      // In a lower one.
    }
  }
  throw new Error(`${path} is in no layer`);
}

describe('pushing and pulling', () => {
  it('gives another engine the same image, and the registry the same bytes each time', async () => {
    const [one, two] = [engine(), engine()];
    const name = `${server.host}/team/web:1`;
    const image = await addImage(one, { names: [name, 'web:1'], layers, config: { Cmd: ['/bin/app'] } });
    const events: TransferEvent[] = [];
    const push = one.port.push(name);
    for await (const event of push) events.push(event);
    const [pushed] = await push.result;
    expect(events.some((event) => event.kind === 'layer' && event.phase === 'pushed')).toBe(true);
    expect(one.images.resolve(name).repoDigests).toEqual([`${server.host}/team/web@${pushed?.digest}`]);

    const [pulled] = await two.port.pull(name).result;
    expect(pulled).toEqual({ reference: name, id: image.id, digest: pushed?.digest, upToDate: false });
    const copy = two.images.resolve(name);
    expect(copy.config.config).toEqual({ Cmd: ['/bin/app'] });
    expect(fileOf(two, copy.topChainId as string, 'etc/conf')).toBe('conf');
    expect((await two.port.pull(name).result)[0]?.upToDate).toBe(true);
    // Somebody removes it while the registry is asked whether it is the newest.
    const removing: RegistryClient = {
      ...registry,
      repository: (...what) => {
        const repository = registry.repository(...what);
        const resolve: typeof repository.resolve = async (...of) => {
          await two.port.remove(name);
          return repository.resolve(...of);
        };
        return { ...repository, resolve };
      },
    };
    const pull = createTransfers(two, { registry: async () => removing, roots: [] }).pull(name);
    expect(await pull.result).toEqual([pulled]);
    expect(two.images.resolve(name).id).toBe(image.id);
    const [again] = await two.port.push(name).result;
    expect(again?.digest).toBe(pushed?.digest);
  });

  it('brings a blob that is gone, and never says of one it fetches that it exists', async () => {
    const [one, two] = [engine(), engine()];
    const name = `${server.host}/gone:1`;
    await addImage(one, { names: [name], layers });
    await one.port.push(name).result;
    await two.port.pull(name).result;
    const { layers: blobs } = await two.images.manifest(two.images.resolve(name).id);
    const gone = blobs[0]?.digest as Digest;
    await two.content.setAside(gone)?.remove();
    const told: string[] = [];
    const pull = two.port.pull(name);
    for await (const event of pull) if (event.kind === 'layer') told.push(`${event.layer} ${event.phase}`);
    const of = (digest: Digest) => told.filter((line) => line.startsWith(shortId(digest)));
    expect(of(gone)).not.toContain(`${shortId(gone)} exists`);
    expect(of(gone).at(-1)).toBe(`${shortId(gone)} done`);
    expect(new Set(of(blobs[1]?.digest as Digest))).toEqual(
      new Set([`${shortId(blobs[1]?.digest as Digest)} exists`]),
    );
    expect(two.content.has(gone)).toBe(true);
  });

  it('mounts layers from a neighbouring repository instead of sending them', async () => {
    const one = engine();
    await addImage(one, { names: [`${server.host}/a/x`, `${server.host}/b/x`], layers });
    await one.port.push(`${server.host}/a/x`).result;
    const phases: string[] = [];
    const push = one.port.push(`${server.host}/b/x`);
    for await (const event of push) if (event.kind === 'layer') phases.push(event.phase);
    expect(phases).toContain('mounted');
    expect(phases).not.toContain('pushed');
  });

  it('pulls every tag, and pushes every tag', async () => {
    const [one, two] = [engine(), engine()];
    const repository = `${server.host}/tags`;
    await addImage(one, { names: [`${repository}:1`], layers });
    await addImage(one, { names: [`${repository}:2`], layers: [layers[0] ?? []] });
    expect(await one.port.push(repository, { allTags: true }).result).toHaveLength(2);
    const pull = two.port.pull(repository, { allTags: true });
    const told: string[] = [];
    for await (const event of pull) told.push(event.kind === 'message' ? event.text : event.phase);
    const pulled = await pull.result;
    expect(pulled.map(({ reference }) => reference)).toEqual([`${repository}:1`, `${repository}:2`]);
    const isBefore = (one: string, other: string) =>
      told.findIndex((text) => text.startsWith(one)) < told.findIndex((text) => text.startsWith(other));
    const [first, second] = pulled.map(({ digest }) => `Digest: ${digest}`) as [string, string];
    expect(isBefore('1: Pulling from tags', first)).toBe(true);
    expect(isBefore(first, '2: Pulling from tags')).toBe(true);
    expect(isBefore('2: Pulling from tags', second)).toBe(true);
    expect(told.at(-1)).toBe(`Status: Downloaded newer image for ${repository}`);
  });

  it('pulls by digest, and what was pulled so is found by it', async () => {
    const [one, two] = [engine(), engine()];
    await addImage(one, { names: [`${server.host}/d`], layers });
    const [pushed] = await one.port.push(`${server.host}/d`).result;
    const text = `${server.host}/d@${pushed?.digest}`;
    await two.port.pull(text).result;
    expect(two.images.resolve(text).references).toEqual([]);
    const tagged = `${server.host}/d:1@${pushed?.digest}`;
    expect((await two.port.pull(tagged).result)[0]).toMatchObject({ reference: tagged, upToDate: true });
    expect(two.images.resolve(tagged).references).toEqual([]);
  });

  it('says of a tag that is not here whether the repository is', async () => {
    const one = engine();
    await addImage(one, { names: [`${server.host}/r:1`], layers });
    await expect(one.port.push(`${server.host}/r:2`).result).rejects.toThrow(
      `tag does not exist: ${server.host}/r:2`,
    );
    await expect(one.port.push(`${server.host}/s:2`).result).rejects.toThrow(
      `An image does not exist locally with the tag: ${server.host}/s`,
    );
  });

  it('leaves nothing recorded when cancelled', async () => {
    const [one, two] = [engine(), engine()];
    await addImage(one, { names: [`${server.host}/c`], layers });
    await one.port.push(`${server.host}/c`).result;
    const pull = two.port.pull(`${server.host}/c`);
    pull.cancel();
    await expect(pull.result).rejects.toMatchObject({ kind: 'cancelled' });
    expect(two.images.list()).toEqual([]);
    expect([...two.snapshots.list()]).toEqual([]);
  });

  it.each([
    ['an unknown tag', '/web:none', /^manifest for .*\/web:none not found: manifest unknown/],
    ['a bad name', '/Web', /repository name must be lowercase/],
  ])('says what is wrong with %s', async (_, path, message) => {
    await expect(engine().port.pull(`${server.host}${path}`).result).rejects.toThrow(message);
  });

  it('says so when nobody answers, and when there is nothing to push', async () => {
    const one = engine();
    await expect(one.port.pull('127.0.0.1:1/web').result).rejects.toMatchObject({ kind: 'network' });
    await expect(one.port.push(`${server.host}/nothing`).result).rejects.toThrow(
      `An image does not exist locally with the tag: ${server.host}/nothing`,
    );
  });
});

describe('ensureBaseImage', () => {
  it('pulls what is missing or may be old, and nothing when it must not', async () => {
    const [one, two] = [engine(), engine()];
    const name = `${server.host}/base`;
    await addImage(one, { names: [name], layers });
    await one.port.push(name).result;
    const options = {
      registry: async () => registry,
      emit: () => undefined,
      signal: new AbortController().signal,
    };
    await expect(ensureBaseImage(two, name, { ...options, pullPolicy: 'never' })).rejects.toThrow(
      'No such image',
    );
    const first = await ensureBaseImage(two, name, { ...options, pullPolicy: 'missing' });
    await addImage(one, { names: [name], layers: [layers[0] ?? []] });
    await one.port.push(name).result;
    expect((await ensureBaseImage(two, name, { ...options, pullPolicy: 'missing' })).id).toBe(first.id);
    expect((await ensureBaseImage(two, name, { ...options, pullPolicy: 'always' })).id).not.toBe(first.id);
  });
});

describe('a registry with passwords', () => {
  it('takes what docker login kept, and refuses in words without', async () => {
    await using closed = await registryServer({ auth: true });
    using folder = tempFolder();
    const auth = Buffer.from(`${registryUser}:${registryPassword}`).toString('base64');
    writeFileSync(folder.at('config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }));
    using known = createRegistryClient({ DOCKER_CONFIG: folder.path });
    using one = testEngine(known);
    using two = testEngine(registry);
    const name = `${closed.host}/private:1`;
    await addImage(one, { names: [name], layers });
    await one.port.push(name).result;
    await addImage(two, { names: [`${closed.host}/mine`], layers });
    await expect(two.port.pull(name).result).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining(
        `pull access denied for ${closed.host}/private, repository does not exist or may require 'docker login'`,
      ),
    });
    await expect(two.port.push(`${closed.host}/mine`).result).rejects.toMatchObject({ kind: 'denied' });
    expect((await one.port.pull(name).result)[0]?.upToDate).toBe(true);
  });
});

describe('other tools', () => {
  it('skopeo reads what we push and we read what it pushes, in OCI and in Docker form', async () => {
    const one = engine();
    using folder = tempFolder();
    const image = await addImage(one, { names: [`${server.host}/ours`], layers });
    await one.port.push(`${server.host}/ours`).result;
    const inspected = await mustRun([
      'skopeo',
      'inspect',
      '--tls-verify=false',
      '--config',
      `docker://${server.host}/ours`,
    ]);
    expect(JSON.parse(inspected).rootfs.diff_ids).toEqual(image.diffIds);
    for (const form of ['oci', 'v2s2']) {
      const copy = [
        'skopeo',
        'copy',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        '--format',
        form,
        '--insecure-policy',
      ];
      await mustRun([...copy, `docker://${server.host}/ours`, `docker://${server.host}/theirs:${form}`]);
      const two = engine();
      await two.port.pull(`${server.host}/theirs:${form}`).result;
      expect(two.images.resolve(`${server.host}/theirs:${form}`).diffIds).toEqual(image.diffIds);
    }
    const archive = folder.at('x.tar');
    const result = await runProgram([
      'skopeo',
      'copy',
      '--src-tls-verify=false',
      '--insecure-policy',
      `docker://${server.host}/ours`,
      `docker-archive:${archive}:ours:1`,
    ]);
    expect(result.status).toBe(0);
    const three = engine();
    const source = (async function* () {
      yield readFileSync(archive);
    })();
    expect(await three.port.load(source).result).toEqual(['ours:1']);
    expect(three.images.resolve('ours:1').diffIds).toEqual(image.diffIds);
  });
});
