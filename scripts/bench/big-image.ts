import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tarEnd, tarPadding } from '../../src/core/layers/tar/encode-tar-header.ts';
import { type LayerBytes, type Pieces, tarHeader } from './big-layer.ts';

/** Puts an image of these layers into a registry; those of them it has are not sent again. */
export async function putImage(host: string, name: string, layers: readonly LayerBytes[]): Promise<void> {
  const blobs: Pieces[] = [];
  for (const layer of layers) blobs.push(await layer.gzip());
  for (const blob of blobs) await putBlob(host, name, blob);
  const config = configOf(layers);
  await putBlob(host, name, { digest: digestOf(config), pieces: [config], sizeBytes: config.length });
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {
      mediaType: 'application/vnd.docker.container.image.v1+json',
      size: config.length,
      digest: digestOf(config),
    },
    layers: blobs.map(({ digest, sizeBytes }) => ({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      size: sizeBytes,
      digest,
    })),
  };
  const headers = { 'Content-Type': manifest.mediaType };
  const url = `http://${host}/v2/${name}/manifests/latest`;
  await expectStatus(await fetch(url, { method: 'PUT', headers, body: JSON.stringify(manifest) }), 201);
}

/** Writes them as `docker save` does: plain layers, and a list of them. */
export async function writeArchive(path: string, name: string, layers: readonly LayerBytes[]): Promise<void> {
  const config = configOf(layers);
  const list = [
    {
      Config: `${digestOf(config).slice(7)}.json`,
      RepoTags: [name],
      Layers: layers.map(({ plain }) => `${plain.digest.slice(7)}/layer.tar`),
    },
  ];
  function* archive(): Generator<Uint8Array> {
    for (const { plain } of layers) {
      yield tarHeader(`${plain.digest.slice(7)}/layer.tar`, plain.sizeBytes);
      yield* plain.pieces;
      yield tarPadding(plain.sizeBytes);
    }
    for (const [file, bytes] of [
      [list[0]?.Config ?? '', config],
      ['manifest.json', Buffer.from(JSON.stringify(list))],
    ] as const) {
      yield tarHeader(file, bytes.length);
      yield bytes;
      yield tarPadding(bytes.length);
    }
    yield tarEnd();
  }
  await pipeline(Readable.from(archive()), createWriteStream(path));
}

async function putBlob(host: string, name: string, { digest, pieces, sizeBytes }: Pieces): Promise<void> {
  const base = `http://${host}/v2/${name}/blobs`;
  if ((await fetch(`${base}/${digest}`, { method: 'HEAD' })).ok) return;
  const begun = await fetch(`${base}/uploads/`, { method: 'POST' });
  await expectStatus(begun, 202);
  const url = new URL(begun.headers.get('location') ?? '', base);
  url.searchParams.set('digest', digest);
  const body = Readable.toWeb(Readable.from(pieces)) as never;
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(sizeBytes) };
  await expectStatus(await fetch(url, { method: 'PUT', headers, body, duplex: 'half' } as RequestInit), 201);
}

async function expectStatus(response: Response, status: number): Promise<void> {
  if (response.status !== status)
    throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

function configOf(layers: readonly LayerBytes[]): Buffer {
  return Buffer.from(
    JSON.stringify({
      created: '2024-05-01T10:00:00Z',
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/true'] },
      rootfs: { type: 'layers', diff_ids: layers.map(({ plain }) => plain.digest) },
      history: layers.map((_, at) => ({ created: '2024-05-01T10:00:00Z', created_by: `layer ${at}` })),
    }),
  );
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
