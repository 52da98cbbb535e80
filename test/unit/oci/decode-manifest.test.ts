import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeImageConfig } from '../../../src/oci/decode-image-config.ts';
import { decodeManifestDocument } from '../../../src/oci/decode-manifest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const config = { mediaType: mediaTypes.config, digest, size: 7 };
const layer = { mediaType: mediaTypes.layerGzip, digest, size: 9 };
const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [layer] };
const index = {
  schemaVersion: 2,
  mediaType: mediaTypes.index,
  manifests: [{ ...config, mediaType: mediaTypes.manifest }],
};
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('decodeManifestDocument', () => {
  it('tells manifest from index by the type it came as', () => {
    expect(decodeManifestDocument(bytes(manifest), mediaTypes.manifest)).toMatchObject({ kind: 'manifest' });
    expect(decodeManifestDocument(bytes(index), mediaTypes.index)).toMatchObject({ kind: 'index' });
  });

  it.each([
    ['a manifest that came as an index', manifest, mediaTypes.index, /came as/],
    ['manifest and index at once', { ...manifest, manifests: [] }, mediaTypes.manifest, /at once/],
    ['index and manifest at once', { ...index, layers: [] }, mediaTypes.index, /at once/],
    ['an index with a config', { ...index, config }, mediaTypes.index, /at once/],
    ['keys in two cases', { ...manifest, Layers: [] }, mediaTypes.manifest, /looks like "layers"/],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, mediaTypes.dockerSchema1, /old schema 1/],
    ['an unknown type', { schemaVersion: 2 }, 'text/html', /unsupported media type/],
    [
      'a digest that is a path',
      { ...manifest, config: { ...config, digest: 'sha256:../../etc/passwd' } },
      mediaTypes.manifest,
      /not a digest/,
    ],
    [
      'a negative size',
      { ...manifest, layers: [{ ...layer, size: -1 }] },
      mediaTypes.manifest,
      /whole number/,
    ],
    [
      'a huge size',
      { ...manifest, layers: [{ ...layer, size: 2 ** 50 }] },
      mediaTypes.manifest,
      /beyond any blob/,
    ],
    ['no config', { schemaVersion: 2, layers: [] }, mediaTypes.manifest, /config/],
    ['too many layers', { ...manifest, layers: Array(1001).fill(layer) }, mediaTypes.manifest, /1000 layers/],
    ['a list', [], mediaTypes.manifest, /not an object/],
  ])('refuses %s', (_, document, mediaType, message) => {
    expect(() => decodeManifestDocument(bytes(document), mediaType)).toThrow(message);
  });

  it('refuses what is too long or not text before looking into it', () => {
    expect(() => decodeManifestDocument(new Uint8Array(5 << 20), mediaTypes.manifest)).toThrow(/larger than/);
    expect(() => decodeManifestDocument(Uint8Array.of(0xff, 0xfe), mediaTypes.manifest)).toThrow(/not JSON/);
  });

  it('answers any JSON with a value or one kind of error', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        for (const decode of [
          (b: Uint8Array) => decodeManifestDocument(b, mediaTypes.manifest),
          decodeImageConfig,
        ]) {
          try {
            decode(Buffer.from(text));
          } catch (error) {
            expect(error).toMatchObject({ kind: 'corrupt', code: 'bad-document' });
          }
        }
      }),
    );
  });
});

describe('decodeImageConfig', () => {
  it('reads what Docker writes and drops what it does not know', () => {
    const decoded = decodeImageConfig(
      bytes({
        architecture: 'amd64',
        os: 'linux',
        created: '2024-05-01T10:00:00.123456789Z',
        docker_version: '20.10',
        container_config: { Cmd: ['x'] },
        config: {
          Env: ['A=1'],
          Cmd: ['sh'],
          Entrypoint: null,
          Volumes: { '/data': {} },
          Labels: { a: 'b' },
          User: '',
        },
        rootfs: { type: 'layers', diff_ids: [digest] },
        history: [{ created_by: 'x', empty_layer: true }],
      }),
    );
    expect(decoded).toEqual({
      architecture: 'amd64',
      os: 'linux',
      created: '2024-05-01T10:00:00.123456789Z',
      config: { Env: ['A=1'], Cmd: ['sh'], Volumes: { '/data': {} }, Labels: { a: 'b' } },
      rootfs: { type: 'layers', diff_ids: [digest] },
      history: [{ created_by: 'x', empty_layer: true }],
    });
  });

  it.each([
    ['no rootfs', { architecture: 'a', os: 'b' }],
    [
      'a wrong Env',
      { architecture: 'a', os: 'b', config: { Env: [1] }, rootfs: { type: 'layers', diff_ids: [] } },
    ],
    ['a bad diff ID', { architecture: 'a', os: 'b', rootfs: { type: 'layers', diff_ids: ['x'] } }],
    ['an empty OCI config', {}],
  ])('refuses %s', (_, document) => {
    expect(() => decodeImageConfig(bytes(document))).toThrow(
      expect.objectContaining({ code: 'bad-document' }),
    );
  });
});
