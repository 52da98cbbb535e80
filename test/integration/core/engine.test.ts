import { afterEach, beforeEach, expect, test } from 'vitest';
import { coreParts, openCore } from '../../../src/core/open-core.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { type TempRoot, tempRoot } from '../../support/temp-root.ts';

let root: TempRoot;
let engine: Engine;
const options = (uid = 0) => ({
  rootOption: root.path,
  env: process.env,
  uid,
  version: '1.2.3',
  selfCommand: ['/bin/false'],
});

beforeEach(async () => {
  root = await tempRoot();
  engine = await openCore(options());
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await root[Symbol.asyncDispose]();
});

test('an engine of a fresh root is empty, and can do everything here', async () => {
  expect(engine.name).toBe('gantry');
  expect(engine.capabilities).toEqual({});
  expect(await engine.images.list()).toEqual([]);
  expect(await engine.containers.list({ all: true })).toEqual([]);
  expect(await engine.volumes.list()).toEqual([]);
  expect(await engine.builds.cache()).toEqual([]);
  expect((await engine.networks.list()).map(({ name }) => name).sort()).toEqual(['bridge', 'host', 'none']);
});

test('without root the reasons are there before anything is tried', async () => {
  const { hostCapabilities } = await import('../../../src/core/host-capabilities.ts');
  const missing = hostCapabilities(1000);
  expect(missing['container.run']).toMatch(/root/);
  expect(missing['network.bridge']).toMatch(/root/);
  expect(missing['image.push']).toBeUndefined();
});

test('the system tells what it is, what it found, and what lies on the disk', async () => {
  const parts = coreParts(options());
  await busyboxImage(await parts.services());
  await parts.close();
  const { id } = await engine.containers.create({ image: 'busybox', command: ['true'] });
  expect(await engine.system.info()).toMatchObject({
    engine: 'gantry',
    version: '1.2.3',
    root: root.path,
    rootless: false,
    images: 1,
    containers: { running: 0, paused: 0, stopped: 1 },
    runtime: expect.stringMatching(/^(?:crun|runc) \d/),
    snapshotter: expect.stringMatching(/^(?:overlay|copy)$/),
  });
  const usage = Object.fromEntries((await engine.system.diskUsage()).map((row) => [row.kind, row]));
  expect(usage['images']).toMatchObject({ total: 1, active: 1, reclaimableBytes: 0 });
  expect(usage['images']!.sizeBytes).toBeGreaterThan(1_000_000);
  await countsBlobs(usage['images']!.sizeBytes);
  expect(usage['containers']).toMatchObject({ total: 1, active: 0, sizeBytes: 0 });
  expect(usage['volumes']).toMatchObject({ total: 0 });
  const checks = await engine.system.check();
  expect(checks.map((check) => check.id)).toContain('oci-runtime');
  const [image] = await engine.images.list();
  expect(image?.containers).toBe(1);
  await engine.containers.remove(id);
});

test('an image in use by a container is not removed without force', async () => {
  const parts = coreParts(options());
  const { id } = await busyboxImage(await parts.services());
  await parts.close();
  const container = await engine.containers.create({ image: 'busybox', name: 'user' });
  await expect(engine.images.remove(id)).rejects.toMatchObject({ kind: 'conflict' });
  expect((await engine.images.prune({ all: true })).removed).toEqual([]);
  await engine.containers.remove(container.id);
  await engine.images.remove(id);
  expect(await engine.images.list()).toEqual([]);
});

/** Bytes that no image needs, whole or half, add to the size of images and can be reclaimed. */
async function countsBlobs(sizeBytes: number): Promise<void> {
  const before = await engine.system.diskUsageDetails();
  const [image] = before.images;
  expect(before.content.blobs.count).toBeGreaterThan(1);
  expect(before.content.blobs.reclaimableBytes).toBe(0);
  expect(sizeBytes).toBe(image!.sizeBytes + before.content.blobs.sizeBytes);
  const parts = coreParts(options());
  const { content } = await parts.services();
  const { digest } = await content.put(Buffer.from('needed by nobody'));
  const half = { digest: `sha256:${'0'.repeat(64)}` as never, sizeBytes: 10 };
  {
    await using ingest = await content.ingest(half);
    await ingest.write(Buffer.from('half'));
    const [images] = await engine.system.diskUsage();
    expect(images).toMatchObject({ sizeBytes: sizeBytes + 16, reclaimableBytes: 16 });
  }
  const [images] = await engine.system.diskUsage();
  expect(images).toMatchObject({ sizeBytes: sizeBytes + 20, reclaimableBytes: 20 });
  expect((await engine.system.diskUsageDetails()).content.partDownloads).toEqual({ count: 1, sizeBytes: 4 });
  await content.delete(digest);
  for (const { remove } of await content.leftovers(0)) await remove();
  await parts.close();
}
