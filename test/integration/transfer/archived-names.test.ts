import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { makeTar, type TarMember } from '../../support/tar-fixture.ts';
import { type TestEngine, testEngine } from '../../support/test-engine.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = testEngine();
});
afterEach(() => engine[Symbol.dispose]());

const layer = makeTar([{ path: 'small', content: 'small' }]);
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const config = Buffer.from(
  JSON.stringify({
    architecture,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
  }),
);
const foreign = `sha256:${'b'.repeat(64)}` as Digest;

const described = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: sha256(bytes),
  size: bytes.length,
});
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: described(mediaTypes.config, config),
    layers: [described(mediaTypes.layer, layer)],
  }),
);
const index = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...described(mediaTypes.manifest, manifest), platform: { os: 'linux', architecture } }],
  }),
);

function dockerArchive(names: readonly string[]): Buffer {
  return makeTar([
    { path: 'layer.tar', content: layer },
    { path: 'image.json', content: config },
    {
      path: 'manifest.json',
      content: JSON.stringify([{ Config: 'image.json', RepoTags: names, Layers: ['layer.tar'] }]),
    },
  ]);
}

const blob = (content: Buffer): TarMember => ({ path: `blobs/sha256/${sha256(content).slice(7)}`, content });

/** An OCI layout whose entry, the index or the manifest, is called `name`. */
function layout(name: string, entry: object, more: readonly TarMember[] = []): Buffer {
  const annotations = { 'io.containerd.image.name': name };
  return makeTar([
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    ...[layer, config, manifest, index].map(blob),
    ...more,
    {
      path: 'index.json',
      content: JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.index,
        manifests: [{ ...entry, annotations }],
      }),
    },
  ]);
}

async function load(archive: Buffer): Promise<{ loaded: readonly string[]; warnings: readonly string[] }> {
  const operation = engine.port.load(Readable.from([archive]));
  const warnings: string[] = [];
  for await (const event of operation) {
    if (event.kind === 'message' && event.warning === true) warnings.push(event.text);
  }
  return { loaded: await operation.result, warnings };
}

describe('a digest in a name of an archive', () => {
  it('that is not the one of the image is not believed: not of a docker-archive', async () => {
    const { loaded, warnings } = await load(
      dockerArchive([`alpine@${foreign}`, `debian:12@${foreign}`, 'web:1']),
    );
    const { id, references, repoDigests } = engine.images.resolve('web:1');
    expect(loaded).toEqual(['web:1']);
    expect(warnings).toEqual([
      `The image ${id} is not what the digest in alpine@${foreign} says: it does not get that name`,
      `The image ${id} is not what the digest in debian:12@${foreign} says: it does not get that name`,
    ]);
    expect([references, repoDigests]).toEqual([['docker.io/library/web:1'], []]);
    expect(engine.images.find(`alpine@${foreign}`)).toBeUndefined();
    expect(engine.images.find('debian:12')).toBeUndefined();
  });

  it('that is not the one of the image is not believed: not of an OCI layout', async () => {
    for (const entry of [described(mediaTypes.index, index), described(mediaTypes.manifest, manifest)]) {
      const { loaded, warnings } = await load(layout(`docker.io/library/debian@${foreign}`, entry));
      expect(loaded).toEqual([sha256(config)]);
      expect(warnings).toHaveLength(1);
      expect(engine.images.find(`debian@${foreign}`)).toBeUndefined();
    }
  });

  it('is believed of the manifest that is kept, and of the index that lists it', async () => {
    for (const [type, document] of [
      [mediaTypes.index, index],
      [mediaTypes.manifest, manifest],
    ] as const) {
      const name = `docker.io/library/debian:12@${sha256(document)}`;
      const { loaded, warnings } = await load(layout(name, described(type, document)));
      expect([loaded, warnings]).toEqual([['debian:12', `debian@${sha256(document)}`], []]);
      expect(engine.images.resolve(`debian@${sha256(document)}`).id).toBe(sha256(config));
    }
  });

  it('is not believed of a link that calls itself a blob', async () => {
    const link: TarMember = {
      path: `blobs/sha256/${foreign.slice(7)}`,
      type: 'symlink',
      linkPath: sha256(index).slice(7),
    };
    const entry = { ...described(mediaTypes.index, index), digest: foreign };
    await expect(load(layout(`docker.io/library/debian@${foreign}`, entry, [link]))).rejects.toThrow(
      `blobs/sha256/${foreign.slice(7)} is ${sha256(index)}`,
    );
    expect(engine.images.list()).toEqual([]);
  });

  it('is nothing that import, or whoever records an image, may give', async () => {
    await expect(
      engine.port.import(Readable.from([layer]), { reference: `web@${foreign}` }).result,
    ).rejects.toThrow('refusing to create a tag with a digest reference');
    await load(dockerArchive(['web:1']));
    const stored = engine.images.descriptor(engine.images.resolve('web:1').id);
    const references = [`docker.io/library/web@${foreign}`];
    await expect(
      engine.images.record({ manifest: stored, references, event: 'image.loaded' }),
    ).rejects.toThrow('refusing to create a tag with a digest reference');
  });
});

describe('an archive with very many names', () => {
  const names = (count: number) => Array.from({ length: count }, (_, at) => `many:${at}`);

  it('gives an image a thousand, each of which means it', async () => {
    const { loaded } = await load(dockerArchive(names(1000)));
    expect(loaded).toEqual(names(1000));
    const { references } = engine.images.resolve('many:999');
    expect(references).toEqual(names(1000).map((name) => `docker.io/library/${name}`));
  });

  it('is refused beyond that, before anything is kept', async () => {
    await expect(load(dockerArchive(names(1001)))).rejects.toThrow(
      `image ${sha256(config)} has more than 1000 names in it`,
    );
    expect(engine.images.list()).toEqual([]);
    expect(engine.content.has(sha256(config))).toBe(false);
  });

  it('takes all of them from the images that had them', async () => {
    await load(dockerArchive(names(50)));
    const before = engine.images.resolve('many:1').id;
    await engine.port.import(Readable.from([layer]), { reference: 'other' }).result;
    const other = engine.images.resolve('other');
    const manifestOfOther = engine.images.descriptor(other.id);
    const references = names(40).map((name) => `docker.io/library/${name}`);
    await engine.images.record({ manifest: manifestOfOther, references, event: 'image.loaded' });
    expect(engine.images.get(before)?.references).toHaveLength(10);
    expect(engine.images.get(other.id)?.references).toEqual([
      ...references,
      'docker.io/library/other:latest',
    ]);
    const removed = await engine.port.remove(other.id, { force: true });
    expect(removed.filter(({ action }) => action === 'untagged')).toHaveLength(41);
    expect(engine.images.find('many:3')).toBeUndefined();
    expect(engine.images.resolve('many:45').id).toBe(before);
  });
});
