import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheRecords } from '../../../src/core/build/solver/cache-records.ts';
import { soundEntries } from '../../../src/core/integrity/sound-entries.ts';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { pushImage } from '../../../src/core/transfer/push-image.ts';
import type { BuildSpec } from '../../../src/engine/builds.ts';
import { parseReference } from '../../../src/oci/reference.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { mustRun } from '../../support/run-program.ts';

let registry: RegistryServer;
beforeAll(async () => {
  registry = await registryServer();
});
afterAll(() => registry[Symbol.asyncDispose]());

/** What it makes is another thing each time. */
const dockerfileText = `FROM busybox AS tool
RUN --network=none echo tool > /tool && dd if=/dev/urandom of=/random bs=1k count=64 2>/dev/null
FROM busybox
ENV MODE=fast
COPY a.txt /a.txt
COPY --from=tool /tool /tool
RUN --network=none cat /proc/sys/kernel/random/uuid > /when && rm /a.txt
WORKDIR /made
CMD ["true"]
`;
const steps = 9;

async function stand(): Promise<BuildStand> {
  const made = await buildStand({ registry: async () => createRegistryClient({}) });
  made.write({ 'a.txt': 'a' });
  return made;
}

/** What a build comes to: in a root that has never built this, or with `here` in one that has forgotten it. */
async function buildElsewhere(cacheFrom: BuildSpec['cacheFrom'], here?: BuildStand) {
  await using other = here === undefined ? await stand() : undefined;
  const { build, services } = here ?? (other as BuildStand);
  const { result, events } = await build({ dockerfileText, cacheFrom });
  return {
    cachedSteps: result.cachedSteps,
    diffIds: services.images.get(result.imageId)?.diffIds,
    told: events.flatMap((event) =>
      event.kind === 'completed' && event.vertex.includes(' cache ') ? [event.vertex] : [],
    ),
    warnings: events.flatMap((event) => (event.kind === 'warning' ? [event.message] : [])),
  };
}

async function buildHere({ build, services }: BuildStand, spec: Partial<BuildSpec>) {
  const { result } = await build({ dockerfileText, ...spec });
  return services.images.get(result.imageId)?.diffIds;
}

describe('a cache that is taken elsewhere', () => {
  it('spares another machine all steps, and this one after a prune, from a folder', async () => {
    await using here = await stand();
    const cache = { type: 'local', path: here.root.at('cache') } as const;
    const { result, events } = await here.build({ dockerfileText, cacheTo: [{ ...cache, mode: 'max' }] });
    const diffIds = here.services.images.get(result.imageId)?.diffIds;
    const exporting = { kind: 'completed', vertex: `exporting cache to ${cache.path}` };
    expect(events).toContainEqual(expect.objectContaining(exporting));
    const all = {
      diffIds,
      cachedSteps: steps,
      warnings: [],
      told: [`importing cache manifest from ${cache.path}`],
    };
    expect(await buildElsewhere([cache])).toEqual(all);
    await here.builds.pruneCache({ all: true });
    expect(await buildElsewhere([cache], here)).toEqual(all);
  });

  it('holds what is in the image alone with mode=min, and spares the stages it copies from all the same', async () => {
    await using here = await stand();
    const cache = { type: 'local', path: here.root.at('cache') } as const;
    const diffIds = await buildHere(here, { cacheTo: [{ ...cache, mode: 'min' }] });
    expect(await buildElsewhere([cache])).toMatchObject({ diffIds, cachedSteps: steps, warnings: [] });
  });

  it('lies in a registry as a thing of its own', async () => {
    await using here = await stand();
    const cache = { type: 'registry', reference: `${registry.host}/app:cache` } as const;
    const diffIds = await buildHere(here, { cacheTo: [{ ...cache, mode: 'max' }] });
    expect(await buildElsewhere([cache])).toMatchObject({ diffIds, cachedSteps: steps, warnings: [] });
    const raw = ['skopeo', 'inspect', '--raw', '--tls-verify=false', `docker://${cache.reference}`];
    expect(JSON.parse(await mustRun(raw))).toMatchObject({
      artifactType: 'application/vnd.gantry.build-cache.v1',
    });
  });

  it('lies in an image that is pushed, where BuildKit keeps its own', async () => {
    await using here = await stand();
    const reference = `${registry.host}/app:inline`;
    const diffIds = await buildHere(here, { tags: [reference], cacheTo: [{ type: 'inline' }] });
    using client = createRegistryClient({});
    const parsed = parseReference(reference);
    await pushImage({
      services: here.services,
      repository: client.repository(parsed.domain, parsed.path, 'push'),
      reference: parsed,
      emit: () => undefined,
      signal: new AbortController().signal,
    });
    const config = ['skopeo', 'inspect', '--config', '--raw', '--tls-verify=false', `docker://${reference}`];
    const field = JSON.parse(await mustRun(config))['moby.buildkit.cache.v0'];
    const records = JSON.parse(Buffer.from(field, 'base64').toString());
    expect(records).toContainEqual(
      expect.objectContaining({
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        layers: [{ layer: expect.any(Number), createdAt: expect.any(String) }],
      }),
    );
    expect(await buildElsewhere([{ type: 'registry', reference }])).toMatchObject({
      diffIds,
      cachedSteps: steps,
      warnings: [],
    });
  });

  it('is taken from an image that is here, without asking a registry', async () => {
    await using here = await buildStand();
    here.write({ 'a.txt': 'a' });
    const reference = 'nowhere.invalid/app:inline';
    const diffIds = await buildHere(here, { tags: [reference], cacheTo: [{ type: 'inline' }] });
    await here.builds.pruneCache({ all: true });
    const again = await buildElsewhere([{ type: 'registry', reference }], here);
    expect(again).toMatchObject({ diffIds, cachedSteps: steps, warnings: [] });
    // One without a cache is no reason not to ask.
    await buildHere(here, { tags: ['nowhere.invalid/app:plain'] });
    await here.builds.pruneCache({ all: true });
    const asked = await buildElsewhere([{ type: 'registry', reference: 'nowhere.invalid/app:plain' }], here);
    expect(asked.warnings).toEqual([expect.stringMatching(/a test asked for a registry/)]);
  });

  it('is passed over with a word when it is missing, damaged or empty', async () => {
    await using here = await stand();
    const cache = { type: 'local', path: here.root.at('cache') } as const;
    const none = { cachedSteps: 2, warnings: [expect.stringMatching(/is not used: could not read/)] };
    expect(await buildElsewhere([cache])).toMatchObject(none);
    const gone = { type: 'registry', reference: `${registry.host}/app:gone` } as const;
    expect(await buildElsewhere([gone])).toMatchObject({
      cachedSteps: 2,
      warnings: [expect.stringMatching(/\/app:gone is not used: /)],
    });
    await buildHere(here, { cacheTo: [{ ...cache, mode: 'max' }] });
    const blobs = join(cache.path, 'blobs/sha256');
    const isPacked = (path: string): boolean => readFileSync(path).subarray(0, 2).toString('hex') === '1f8b';
    const paths = readdirSync(blobs).map((name) => join(blobs, name));
    for (const path of paths.filter(isPacked)) writeFileSync(path, Buffer.alloc(statSync(path).size, 'x'));
    const { cachedSteps, warnings } = await buildElsewhere([cache]);
    expect(cachedSteps).toBeLessThan(steps - 2);
    expect(warnings[0]).toMatch(/is not used: content sha256:\w+ came as sha256:/);
    for (const path of paths) writeFileSync(path, 'x'.repeat(100));
    expect(await buildElsewhere([cache])).toMatchObject({ cachedSteps: 2 });
  });

  it.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['nothing', () => undefined],
  ])('does not wait for %s in the place of its config', async (_, put) => {
    await using here = await stand();
    const cache = { type: 'local', path: here.root.at('cache') } as const;
    await buildHere(here, { cacheTo: [{ ...cache, mode: 'max' }] });
    const { digest } = documentsOf(cache.path).manifest.config;
    const path = blobPath(cache.path, digest);
    rmSync(path);
    put(path);
    expect(await buildElsewhere([cache])).toMatchObject({
      cachedSteps: 2,
      warnings: [`cache of ${cache.path} is not used: it has no blob ${digest}`],
    });
  });

  it('believes no size, and no record with a date that is none', async () => {
    await using here = await stand();
    const cache = { type: 'local', path: here.root.at('cache') } as const;
    const diffIds = await buildHere(here, { cacheTo: [{ ...cache, mode: 'max' }] });
    rewriteConfig(cache.path, (record) => ({ ...record, tarBytes: 9e15 }));
    await using other = await stand();
    expect(await buildElsewhere([cache], other)).toMatchObject({ diffIds, cachedSteps: steps, warnings: [] });
    const layers = [...cacheRecords(other.services.metadata).entries()].map(
      ([, { layer }]) => layer?.tarBytes ?? 0,
    );
    expect(Math.max(...layers)).toBeLessThan(1e9);
    // Layers that an image keeps are here already when the records come again.
    await other.builds.pruneCache({ all: true });
    expect(await buildElsewhere([cache], other)).toMatchObject({ diffIds, cachedSteps: steps, warnings: [] });

    rewriteConfig(cache.path, (record) => ({ ...record, createdAt: '\u001b[31mnot a date' }));
    expect(await buildElsewhere([cache])).toMatchObject({ cachedSteps: 2, warnings: [] });
  });

  it('drops a record of its own that holds what cannot be', async () => {
    await using here = await stand();
    await buildHere(here, {});
    const records = cacheRecords(here.services.metadata);
    for (const [key, record] of [...records.entries()]) {
      records.put(key, { ...record, createdAt: 'no date' });
    }
    const { result } = await here.build({ dockerfileText });
    expect(result.cachedSteps).toBe(2);
    expect([...soundEntries(records)].length).toBeGreaterThan(0);
  });
});

const blobPath = (folder: string, digest: string): string =>
  join(folder, 'blobs/sha256', digest.slice('sha256:'.length));

function documentsOf(folder: string) {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const index = read(join(folder, 'index.json'));
  const manifest = read(blobPath(folder, index.manifests[0].digest));
  return { index, manifest, config: read(blobPath(folder, manifest.config.digest)) };
}

/** Changes what is said of each step in a cache of a folder, and all digests that follow from it. */
function rewriteConfig(folder: string, change: (record: object) => object): void {
  const put = (document: object): { digest: string; size: number } => {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = `sha256:${hash('sha256', bytes, 'hex')}`;
    writeFileSync(blobPath(folder, digest), bytes);
    return { digest, size: bytes.length };
  };
  const { index, manifest, config } = documentsOf(folder);
  for (const record of config.records) record.gantry = change(record.gantry);
  Object.assign(manifest.config, put(config));
  Object.assign(index.manifests[0], put(manifest));
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
}
