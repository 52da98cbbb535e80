import { createHash } from 'node:crypto';
import type { ContainerSummary } from '../../src/engine/containers.ts';
import type { HistoryEntry, ImageSummary } from '../../src/engine/images.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { type Digest, type ImageId, parseDigest, parseImageId } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';

/** A digest that is the same in every run. */
export function fakeDigest(seed: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(seed).digest('hex')}`);
}

export function fakeImageId(seed: string): ImageId {
  return parseImageId(fakeDigest(seed));
}

export const fakeManifest: Descriptor = {
  mediaType: mediaTypes.manifest,
  digest: fakeDigest('manifest'),
  size: 500,
};

const debian = fakeDigest('layer-debian');
const packages = fakeDigest('layer-packages');

/** Five images that share layers, one of them dangling. */
export function sampleImages(): ImageSummary[] {
  return [
    sampleImage(
      'web',
      ['web:1', 'web:latest'],
      [debian, packages, fakeDigest('layer-web')],
      93_300_000,
      '2026-03-01T09:10:00Z',
      1,
    ),
    sampleImage(
      'api',
      ['127.0.0.1:5000/team/api:2.4'],
      [debian, packages, fakeDigest('layer-api'), fakeDigest('layer-api-config')],
      142_800_000,
      '2026-02-28T12:00:00Z',
      2,
    ),
    sampleImage('old', [], [debian, fakeDigest('layer-old')], 78_300_000, '2026-02-20T12:00:00Z', 0),
    sampleImage('debian', ['debian:12'], [debian], 77_800_000, '2026-02-12T12:00:00Z', 0),
    sampleImage(
      'busybox',
      ['busybox:1.36'],
      [fakeDigest('layer-busybox')],
      1_900_000,
      '2025-12-24T12:00:00Z',
      1,
    ),
  ];
}

export function sampleImage(
  seed: string,
  names: readonly string[],
  layers: readonly string[],
  sizeBytes: number,
  createdAt: string,
  containers: number,
): ImageSummary {
  return {
    id: fakeImageId(`image-${seed}`),
    names,
    repoDigests: [],
    manifestDigest: fakeDigest(`manifest-${seed}`),
    createdAt,
    sizeBytes,
    labels: {},
    platform: { os: 'linux', architecture: 'amd64' },
    containers,
    layers,
  };
}

/** Five containers in the states a list can show. */
export function sampleContainers(): ContainerSummary[] {
  return [
    sampleContainer('web', 'web:1', {
      state: 'running',
      startedAt: '2026-03-01T11:57:00Z',
      ports: [port(8080, 80)],
    }),
    sampleContainer('api', '127.0.0.1:5000/team/api:2.4', {
      state: 'running',
      startedAt: '2026-03-01T09:00:00Z',
      health: 'healthy',
      ports: [port(9000, 9000)],
    }),
    sampleContainer('worker', '127.0.0.1:5000/team/api:2.4', {
      state: 'paused',
      startedAt: '2026-02-28T12:00:00Z',
    }),
    sampleContainer('migrate', 'busybox:1.36', {
      state: 'exited',
      startedAt: '2026-02-28T11:00:00Z',
      finishedAt: '2026-02-28T11:00:04Z',
      exitCode: 1,
    }),
    sampleContainer('scratchpad', 'debian:12', { state: 'created', startedAt: undefined }),
  ];
}

export function sampleContainer(
  name: string,
  image: string,
  fields: Partial<ContainerSummary>,
): ContainerSummary {
  return {
    id: fakeDigest(`container-${name}`).slice(7),
    name,
    image,
    imageId: fakeDigest(`image-${name}`),
    command: ['/bin/sh', '-c', 'serve'],
    createdAt: fields.startedAt ?? '2026-02-27T12:00:00Z',
    startedAt: undefined,
    finishedAt: undefined,
    state: 'running',
    health: 'none',
    exitCode: undefined,
    pid: undefined,
    ports: [],
    labels: {},
    networks: ['bridge'],
    mounts: [],
    size: undefined,
    ...fields,
  };
}

/** Newest first, a line a layer. */
export function sampleHistory(image: ImageSummary): HistoryEntry[] {
  const steps = [
    'ADD rootfs.tar /',
    'RUN apt-get update && apt-get install -y curl',
    'COPY app /srv/app',
    'COPY etc /etc/app',
  ];
  return image.layers
    .map((diffId, index) => ({
      id: undefined,
      createdAt: image.createdAt,
      createdBy: steps[index] ?? 'RUN true',
      comment: '',
      sizeBytes: 1000,
      emptyLayer: false,
      diffId,
      tags: [],
    }))
    .toReversed();
}

function port(hostPort: number, containerPort: number) {
  return { protocol: 'tcp', containerPort, hostAddress: '', hostPort } as const;
}
