import { expect, it } from 'vitest';
import { diskUsage, type UsageSources } from '../../../../src/core/system/disk-usage.ts';
import type { BuildCacheEntry } from '../../../../src/engine/builds.ts';

it('a layer that an image and the build cache have is counted with images alone', async () => {
  const entry = (sizeBytes: number, inUse: boolean, shared: boolean): BuildCacheEntry => ({
    id: `${sizeBytes}`,
    type: 'regular',
    description: 'RUN make',
    createdAt: '2026-01-01T00:00:00Z',
    lastUsedAt: '2026-01-01T00:00:00Z',
    ...{ sizeBytes, inUse, shared },
  });
  const empty = { sizeBytes: 0, count: 0 };
  const rows = await diskUsage({
    images: async () => [],
    containers: async () => [],
    volumes: async () => [],
    buildCache: async () => [entry(1, true, true), entry(10, false, false), entry(100, true, false)],
    snapshots: async () => ({}) as never,
    store: async () => ({
      blobs: { ...empty, reclaimableBytes: 0 },
      partDownloads: empty,
      strayLayers: [],
    }),
  } satisfies UsageSources);
  expect(rows.find(({ kind }) => kind === 'build-cache')).toEqual({
    kind: 'build-cache',
    total: 3,
    active: 2,
    sizeBytes: 110,
    reclaimableBytes: 10,
  });
});
