import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assembleCheck } from '../../../src/core/assemble-check.ts';
import { assembleImages } from '../../../src/core/assemble-images.ts';
import { createContainers } from '../../../src/core/containers/create-containers.ts';
import { mount, unmount } from '../../../src/core/host/mount.ts';
import type { CoreParts } from '../../../src/core/open-core.ts';
import { createVolumes } from '../../../src/core/volumes/create-volumes.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { standParts } from '../../support/container-stand.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

let folder: TempFolder;
let disk: string;
let parts: CoreParts;
beforeEach(async () => {
  folder = tempFolder();
  disk = folder.path;
  mount({ source: 'tmpfs', target: disk, type: 'tmpfs', options: 'size=96m' });
  parts = standParts(join(disk, 'root'));
  await busyboxImage(await parts.services());
});
afterEach(async () => {
  await parts.close();
  unmount(disk, { detach: true });
  folder[Symbol.dispose]();
});

const filler = () => join(disk, 'filler');

function fillTo(leftBytes: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler(), Buffer.alloc(Math.max(0, bavail * bsize - leftBytes), 1));
}

describe('a full disk', () => {
  it('is told of in one sentence, with what to do, and leaves nothing half done', async () => {
    const services = await parts.services();
    const containers = createContainers(await parts.containers());
    const images = await assembleImages(parts);
    const archive: Uint8Array[] = [];
    for await (const chunk of images.save(['busybox'])) archive.push(chunk);
    for (const leftBytes of [0, 20_000, 300_000, 900_000]) {
      await images.remove('busybox', { force: true });
      fillTo(leftBytes);
      const load = images.load(
        (async function* () {
          yield* archive;
        })(),
      );
      await expect(load.result).rejects.toMatchObject({
        kind: 'io',
        message: expect.stringContaining('no space left on'),
        hint: expect.stringContaining('gantry system prune'),
      });
      rmSync(filler());
      expect(await assembleCheck(parts)).toMatchObject({ findings: [], unusedBytes: 0 });
      await images.load(
        (async function* () {
          yield* archive;
        })(),
      ).result;
    }
    fillTo(0);
    await expect(containers.create({ image: 'busybox', name: 'web' })).rejects.toMatchObject({ kind: 'io' });
    rmSync(filler());
    await containers.create({ image: 'busybox', name: 'web' });
    await containers.remove('web');
    expect((await assembleCheck(parts)).findings).toEqual([]);
    expect([...services.snapshots.list()]).toHaveLength(1);
  });

  it('keeps nobody from removing what fills it', async () => {
    const { dirs } = parts;
    const containers = createContainers(await parts.containers());
    const images = await assembleImages(parts);
    const volumes = createVolumes(await parts.containers());
    const reserve = `${dirs.database}.reserve`;
    for (const remove of [
      () => containers.remove('web'),
      () => containers.prune(),
      () => volumes.remove('data'),
      () => images.remove('other'),
      () => images.prune({ all: true, filters: { label: ['nobody-has-it'] } }),
      () => assembleCheck(parts, { repair: true }),
    ]) {
      await containers.create({ image: 'busybox', name: 'web', mounts: [] });
      await volumes.create({ name: 'data' });
      await images.tag('busybox', 'other');
      expect(existsSync(reserve)).toBe(true);
      fillTo(0);
      await expect(images.tag('busybox', 'more')).rejects.toMatchObject({ code: 'no-space' });
      await remove();
      rmSync(filler());
      await containers.prune();
      await images.prune();
    }
    expect((await assembleCheck(parts)).findings).toEqual([]);
  });
});
