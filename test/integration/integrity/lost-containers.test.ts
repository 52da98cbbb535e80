import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assembleCheck } from '../../../src/core/assemble-check.ts';
import { containerRoots } from '../../../src/core/containers/container-roots.ts';
import { pruneImages } from '../../../src/core/images/prune-images.ts';
import { createNetworks } from '../../../src/core/network/create-networks.ts';
import { createVolumes } from '../../../src/core/volumes/create-volumes.ts';
import type { StoreReport } from '../../../src/engine/store-report.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';
import { runProgram } from '../../support/run-program.ts';
import { foundIn } from '../../support/store-check.ts';
import { until } from '../../support/until.ts';

enterOwnNetworkNamespace();
let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

const collection = (name: string) => stand.services.metadata.collection(name, (document) => document);
const check = (repair = true): Promise<StoreReport> => assembleCheck(stand.parts, { repair });
const spoil = (id: string): void => collection('containers').put(id, { id, nonsense: '\u001b[2J' });
const folder = (id: string): string => join(stand.root.dirs.containers, id);
const unmended = ({ findings }: StoreReport) => findings.filter(({ status }) => status !== 'mended');

describe('a container that runs, and whose record', () => {
  it.each([
    ['cannot be read', (id: string) => spoil(id), 'record-damaged mended'],
    ['is gone', (id: string) => void collection('containers').delete(id), 'container-record-lost mended'],
  ])('%s goes on running, and is known again as it was', async (_what, lose, finding) => {
    const id = await stand.up({
      name: 'web',
      network: 'bridge',
      restart: { name: 'always', maximumRetries: 0 },
    });
    await stand.exec(id, 'sh', '-c', 'echo precious > /data');
    const before = await stand.containers.inspect(id);
    lose(id);
    const report = await check();
    expect(foundIn(report)).toContain(finding);
    expect(unmended(report)).toEqual([]);
    expect(await stand.containers.inspect(id)).toEqual(before);
    expect((await stand.exec('web', 'cat', '/data')).stdout).toBe('precious\n');
    expect(foundIn(await check(false))).toEqual([]);
    await stand.containers.stop('web', { timeoutSeconds: 0 });
    expect(await stand.containers.inspect('web')).toMatchObject({ state: 'exited' });
  });

  it('is gone is known again by the name it has now, paused as it is', async () => {
    const id = await stand.up({ name: 'old' });
    await stand.containers.rename(id, 'new');
    await stand.containers.pause('new');
    spoil(id);
    expect(unmended(await check())).toEqual([]);
    expect(await stand.containers.inspect('new')).toMatchObject({ id, state: 'paused' });
    await expect(stand.containers.inspect('old')).rejects.toMatchObject({ code: 'container-not-found' });
    await stand.containers.unpause('new');
  });

  it('cannot be told any more is kept, and goes by "rm -f" alone', async () => {
    const id = await stand.up({ name: 'web', network: 'bridge' });
    await stand.exec(id, 'sh', '-c', 'echo precious > /data');
    spoil(id);
    rmSync(join(folder(id), 'record.json'));
    for (const repair of [false, true, true]) {
      const { findings } = await check(repair);
      expect(findings).toContainEqual(
        expect.objectContaining({ code: 'record-damaged', subject: `container ${id}` }),
      );
    }
    const { findings } = await check();
    expect(findings.map(({ remedy }) => remedy)).toContainEqual(
      expect.stringContaining(`"gantry rm -f ${id.slice(0, 12)}" removes it`),
    );
    const runtime = await stand.services.runtime();
    expect((await runtime.processes(id)).length).toBeGreaterThan(0);
    await expect(stand.containers.remove('web')).rejects.toMatchObject({
      kind: 'corrupt',
      hint: 'mend it with: gantry system check --repair',
    });
    await stand.containers.remove(id.slice(0, 12), { force: true });
    expect(await runtime.processes(id)).toEqual([]);
    expect(existsSync(folder(id))).toBe(false);
    expect(foundIn(await check(false))).toEqual([]);
    // Its address is free again: nothing of it is left in the records.
    for (const name of ['container-names', 'image-users', 'network-addresses', 'snapshots'])
      expect(
        collection(name)
          .keys()
          .filter((key) => key.includes(id)),
      ).toEqual([]);
    expect(collection('network-addresses').count()).toBe(0);
    await createNetworks(stand.services).prune();
  });

  it('is gone, with the copy of it too, goes on with all it has until "rm -f"', async () => {
    const id = await stand.up({
      name: 'web',
      command: ['sh', '-c', 'echo said; sleep 1000'],
      mounts: [{ type: 'volume', name: 'kept', target: '/data', readOnly: false }] as never,
    });
    await until(() => readFileSync(join(folder(id), 'ctr.log'), 'utf8').includes('said'));
    collection('containers').delete(id);
    rmSync(join(folder(id), 'record.json'));
    const lock = join(stand.root.dirs.locks, `container-${id}`);
    writeFileSync(lock, '');
    for (const repair of [false, true, true]) {
      const report = await check(repair);
      expect(foundIn(report)).toEqual([`container-unknown ${repair ? 'not-mended' : 'found'}`]);
      expect(report.findings[0]).toMatchObject({
        message: `container ${id.slice(0, 12)} runs, and neither its record nor the copy of it is here`,
        remedy: expect.stringContaining(`"gantry rm -f ${id.slice(0, 12)}" removes it`),
      });
    }
    expect(readFileSync(join(folder(id), 'ctr.log'), 'utf8')).toContain('said');
    expect(existsSync(lock)).toBe(true);
    const services = await stand.parts.services();
    expect(services.snapshots.has(`container-${id}`)).toBe(true);
    expect((await createVolumes(stand.services).prune({ all: true })).removed).toEqual([]);
    const runtime = await stand.services.runtime();
    expect((await runtime.processes(id)).length).toBeGreaterThan(0);
    await stand.containers.remove(id.slice(0, 12), { force: true });
    expect(await runtime.processes(id)).toEqual([]);
    expect(foundIn(await check(false))).toEqual([]);
  });
});

describe('a container that does not run, and whose record is lost', () => {
  it('keeps its files from every prune, and comes back with its exit status, not started again', async () => {
    const { id } = await stand.run(['sh', '-c', 'echo precious > /data; exit 7'], { name: 'web' });
    const before = await stand.containers.inspect(id);
    collection('containers').delete(id);
    const services = await stand.parts.services();
    await pruneImages(
      services,
      { of: () => [{ id, name: 'web', state: 'exited' }], counts: () => new Map() },
      [containerRoots(services)],
      { all: false, filters: {}, dryRun: false, goneContainers: new Set() },
    );
    expect(foundIn(await check())).toEqual(['container-record-lost mended']);
    expect(await stand.containers.inspect('web')).toEqual(before);
    expect(before.exitCode).toBe(7);
    const chunks: Uint8Array[] = [];
    for await (const chunk of stand.containers.readArchive(id, '/data')) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString('latin1')).toContain('precious');
  });

  it('keeps its volumes from every prune, also when nobody knows any more that it has them', async () => {
    const { id } = await stand.run(['sh', '-c', 'echo precious > /data/file'], {
      name: 'web',
      mounts: [{ type: 'volume', name: undefined, target: '/data', readOnly: false }] as never,
    });
    collection('containers').delete(id);
    const [user] = collection('volume-users').keys();
    collection('volume-users').delete(user as string);
    expect(foundIn(await check())).toEqual(['container-record-lost mended', 'container-index mended']);
    expect(collection('volume-users').keys()).toEqual([user]);
    expect((await createVolumes(stand.services).prune({ all: true })).removed).toEqual([]);
  });

  it('is not started for its restart policy', async () => {
    const id = await stand.up({ name: 'web', restart: { name: 'always', maximumRetries: 0 } });
    await stand.containers.stop(id, { timeoutSeconds: 0 });
    spoil(id);
    expect(unmended(await check())).toEqual([]);
    expect(await stand.containers.inspect(id)).toMatchObject({ state: 'exited' });
  });

  it('has its layer back when that one’s record is lost or damaged too', async () => {
    const { id } = await stand.run(['sh', '-c', 'echo precious > /data'], { name: 'web' });
    const key = `container-${id}`;
    collection('containers').delete(id);
    collection('snapshots').delete(key);
    expect(foundIn(await check())).toEqual([
      'container-record-lost mended',
      'container-layer-missing mended',
    ]);
    const { paths } = await stand.containers.inspect(id);
    expect(readdirSync(paths.upper as string)).toContain('data');
    collection('snapshots').put(key, { id: '../../etc', kind: 'active' });
    await expect(stand.containers.start(id)).rejects.toMatchObject({
      kind: 'corrupt',
      hint: 'mend it with: gantry system check --repair',
    });
    expect(foundIn(await check())).toEqual(['record-damaged mended']);
    expect(readdirSync((await stand.containers.inspect(id)).paths.upper as string)).toContain('data');
  });

  it('and the copy of it too keeps its log until "rm -f"', async () => {
    const { id } = await stand.run(['echo', 'precious'], { name: 'web' });
    collection('containers').delete(id);
    rmSync(join(folder(id), 'record.json'));
    expect(foundIn(await check())).toContain('container-unknown not-mended');
    expect(readFileSync(join(folder(id), 'ctr.log'), 'utf8')).toContain('precious');
    await stand.containers.remove(id, { force: true });
    expect(foundIn(await check())).toEqual([]);
  });

  it('and has a pipe in the place of the copy is told of, and waits for nobody', async () => {
    const { id } = await stand.run(['true'], { name: 'web' });
    const copy = join(folder(id), 'record.json');
    rmSync(copy);
    await runProgram(['mkfifo', copy]);
    // The next run writes over it.
    await stand.containers.start(id);
    await stand.containers.wait(id);
    expect(lstatSync(copy).isFile()).toBe(true);
    rmSync(copy);
    await runProgram(['mkfifo', copy]);
    collection('containers').delete(id);
    expect(foundIn(await check())).toContain('container-record-lost not-mended');
    expect(lstatSync(copy).isFIFO()).toBe(true);
    await stand.containers.remove(id, { force: true });
    expect(foundIn(await check())).toEqual([]);
  });

  it('and that was never more than begun is a leftover', async () => {
    const services = await stand.parts.services();
    const id = 'c'.repeat(64);
    await services.snapshots.prepare(`container-${id}`, undefined);
    writeFileSync(join(services.snapshots.layerDir(`container-${id}`), 'written'), 'by nobody we know');
    expect(foundIn(await check())).toEqual(['container-data-stray not-mended']);
    expect(services.snapshots.has(`container-${id}`)).toBe(true);
    await expect(stand.containers.remove(id)).rejects.toMatchObject({ code: 'container-not-found' });
    await stand.containers.remove(id, { force: true });
    expect(foundIn(await check())).toEqual([]);
  });
});
