import { existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assembleCheck } from '../../../src/core/assemble-check.ts';
import { assembleImages } from '../../../src/core/assemble-images.ts';
import { createContainers } from '../../../src/core/containers/create-containers.ts';
import type { CoreParts } from '../../../src/core/open-core.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { standParts } from '../../support/container-stand.ts';
import { finished } from '../../support/runtime-stand.ts';
import { foundIn } from '../../support/store-check.ts';
import { tempRoot } from '../../support/temp-root.ts';
import { addImage } from '../../support/test-core.ts';

/** An engine of a process of its own: what it has open is closed with it. */
async function withParts<T>(root: string, work: (parts: CoreParts) => Promise<T>): Promise<T> {
  const parts = standParts(root);
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
}

describe('a store whose database', () => {
  it.each([
    ['is empty', (path: string) => truncateSync(path, 0), 'database-damaged'],
    ['was overwritten', (path: string) => writeFileSync(path, 'notes '.repeat(9000)), 'database-damaged'],
    ['is gone', (path: string) => rmSync(path), undefined],
  ])('%s comes back from the disk, and what runs in it goes on running', async (_what, spoil, told) => {
    await using root = await tempRoot();
    const { database } = root.dirs;
    const [id, builtId] = await withParts(root.path, async (parts) => {
      const services = await parts.services();
      await busyboxImage(services);
      const built = await addImage(services, {
        names: ['built'],
        layers: [[{ path: 'a' }], [{ path: 'b' }]],
      });
      const containers = createContainers(await parts.containers());
      const made = await containers.create({
        image: 'busybox',
        name: 'web',
        command: ['sh', '-c', 'echo precious > /data; sleep 1000'],
        network: 'none',
      });
      await containers.start(made.id);
      return [made.id, built.id] as const;
    });
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true });
    spoil(database);
    if (told !== undefined) {
      await withParts(root.path, async (parts) => {
        await expect(parts.services()).rejects.toMatchObject({
          code: 'metadata-corrupt',
          hint: 'save what can be read of it with: gantry system check --repair',
        });
        const report = await assembleCheck(parts);
        expect(foundIn(report)).toEqual([`${told} found`]);
      });
    }

    const report = await withParts(root.path, (parts) => assembleCheck(parts, { repair: true }));
    expect(report.findings.filter(({ status }) => status !== 'mended')).toEqual([]);
    expect(foundIn(report)).toEqual([
      ...(told === undefined ? [] : [`${told} mended`]),
      ...Array(4).fill('layer-record-lost mended'),
      ...Array(2).fill('image-record-lost mended'),
      'container-record-lost mended',
    ]);
    await withParts(root.path, async (parts) => {
      const containers = createContainers(await parts.containers());
      expect(await containers.list()).toMatchObject([{ id, name: 'web', state: 'running' }]);
      await using session = await containers.exec('web', { command: ['cat', '/data'] });
      expect((await finished(session)).stdout).toBe('precious\n');
      const images = await assembleImages(parts);
      expect((await images.list()).map((image) => image.id)).toContain(builtId);
      expect(await images.history(builtId)).toHaveLength(2);
      await images.prune();
      expect(foundIn(await assembleCheck(parts, { depth: 'full' }))).toEqual([]);
      await containers.remove('web', { force: true });
    });
    expect(readdirSync(root.path).filter((name) => name.includes('.damaged-'))).toHaveLength(
      told === undefined ? 0 : 1,
    );
    expect(existsSync(root.dirs.database)).toBe(true);
  });
});
