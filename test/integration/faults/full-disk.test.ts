import { existsSync, mkdirSync, readlinkSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assembleCheck } from '../../../src/core/assemble-check.ts';
import { assembleImages } from '../../../src/core/assemble-images.ts';
import { containerRecords } from '../../../src/core/containers/container-record.ts';
import { createContainers } from '../../../src/core/containers/create-containers.ts';
import { isFrozen } from '../../../src/core/host/cgroups/freezer.ts';
import { mount, unmount } from '../../../src/core/host/mount.ts';
import { giveReserveBack, holdReserve, isDiskFull } from '../../../src/core/metadata/reserve.ts';
import { type CoreParts, openCore } from '../../../src/core/open-core.ts';
import { containerCgroup } from '../../../src/core/runtime/free-state.ts';
import { createVolumes } from '../../../src/core/volumes/create-volumes.ts';
import type { ContainerSpec, Containers } from '../../../src/engine/containers.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { standParts } from '../../support/container-stand.ts';
import { mustRun } from '../../support/run-program.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/until.ts';

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

describe('a full disk of a real file system', () => {
  let own: TempFolder;
  let small: CoreParts;
  let containers: Containers;
  let runs: ReturnType<typeof containerRecords>;
  beforeEach(async () => {
    own = tempFolder();
    await mustRun(['truncate', '-s', '48M', own.at('disk.img')]);
    await mustRun(['mkfs.ext4', '-q', '-m', '0', own.at('disk.img')]);
    mkdirSync(own.at('disk'));
    await mustRun(['mount', '-o', 'loop', own.at('disk.img'), own.at('disk')]);
    small = standParts(own.at('disk', 'root'));
    await busyboxImage(await small.services());
    const services = await small.containers();
    containers = createContainers(services);
    runs = containerRecords(services.metadata);
  });
  afterEach(async () => {
    for (const { id } of await containers.list({ all: true })) await containers.remove(id, { force: true });
    await small.close();
    await mustRun(['umount', own.at('disk')]);
    own[Symbol.dispose]();
  });

  /** A container that writes all there is, and goes on trying. */
  const filling = async (name: string, more: Partial<ContainerSpec> = {}): Promise<string> => {
    const command = [
      'sh',
      '-c',
      'trap "exit 5" TERM; while true; do cat /dev/zero >>/fill; sleep 0.01; done',
    ];
    const { id } = await containers.create({ image: 'busybox', name, command, network: 'none', ...more });
    await until(() => {
      // As every command does.
      holdReserve(small.dirs.database);
      return existsSync(`${small.dirs.database}.reserve`);
    });
    await containers.start(id);
    await until(() => isFull());
    return id;
  };
  const isFull = (): boolean => isDiskFull(small.dirs.database);
  const stateOf = async (id: string) => (await containers.inspect(id)).state;

  it('keeps nobody from ending what fills it', async () => {
    const always = { name: 'always', maximumRetries: 0 } as const;
    for (const end of [
      (id: string) => containers.stop(id, { timeoutSeconds: 5 }),
      (id: string) => containers.kill(id),
    ]) {
      const id = await filling('filler', { restart: always });
      await end(id);
      expect(runs.get(id)).toMatchObject({ state: 'exited', stoppedByHand: true });
      await containers.remove(id);
      await until(() => !isFull());
    }
    const id = await filling('filler');
    await containers.pause(id);
    expect(await stateOf(id)).toBe('paused');
    await containers.unpause(id);
    await containers.remove(id, { force: true });
    await until(() => !isFull());
  });

  it('loses no exit status', async () => {
    const command = ['sh', '-c', 'sleep 1000 & trap "exit 7" TERM; wait'];
    const web = await containers.create({ image: 'busybox', name: 'web', command, network: 'none' });
    await containers.start(web.id);
    const filler = await filling('filler');
    const folder = readlinkSync(join(small.dirs.containers, web.id, 'exit'));
    await containers.stop(web.id, { timeoutSeconds: 5 });
    await containers.stop(filler, { timeoutSeconds: 5 });
    const codeOf = async (id: string) => (await containers.inspect(id)).exitCode;
    expect([await codeOf(web.id), await codeOf(filler)]).toEqual([7, 5]);
    // It has what there is to free.
    await containers.remove(filler);
    await until(() => !isFull());
    await containers.remove(web.id);
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps nobody from removing it, even with nothing set aside', async () => {
    for (const remove of [(id: string) => containers.remove(id), () => containers.prune({})]) {
      const id = await filling('filler');
      giveReserveBack(small.dirs.database);
      await until(() => isFull());
      await containers.stop(id, { timeoutSeconds: 5 }).catch(() => undefined);
      await until(async () => (await processesOf(id)).length === 0);
      expect((await containers.list({ all: true })).map(({ name }) => name)).toEqual(['filler']);
      await remove(id);
      expect(await containers.list({ all: true })).toEqual([]);
      await until(() => !isFull());
    }
  });

  it('keeps nobody from removing what is not used while a container goes on filling it', async () => {
    await using engine = await openCore({
      rootOption: small.dirs.root,
      env: {},
      uid: 0,
      version: '0',
      selfCommand: [],
    });
    await containers.create({ image: 'busybox', name: 'old' });
    await engine.images.tag('busybox', 'other');
    await engine.volumes.create({ name: 'data' });
    const filler = await filling('filler');
    for (const free of [
      () => engine.volumes.prune({ all: true }),
      () => engine.images.remove('other'),
      () => engine.networks.prune(),
      () => engine.builds.pruneCache({ all: true }),
      () => engine.containers.prune(),
      () => engine.images.prune({ all: true }),
      () => engine.containers.prune(),
    ]) {
      // What others set free it takes.
      giveReserveBack(small.dirs.database);
      await until(() => isFull());
      await free();
      expect(await stateOf(filler)).toBe('running');
      await until(() => isFull());
    }
    expect(isFrozen(containerCgroup(filler))).toBe(false);
    expect([await engine.volumes.list(), (await engine.images.list()).length]).toEqual([[], 1]);
    expect((await containers.list({ all: true })).map(({ name }) => name)).toEqual(['filler']);
    await containers.remove(filler, { force: true });
    await until(() => !isFull());
  });

  const processesOf = async (id: string) => (await (await small.containers()).runtime()).processes(id);
});
