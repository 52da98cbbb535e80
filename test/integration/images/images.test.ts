import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImages, type ImageTransfers } from '../../../src/core/images/create-images.ts';
import type { GarbageRoots } from '../../../src/core/images/garbage.ts';
import type { ContainerUsage } from '../../../src/core/images/summarize-image.ts';
import { importImage } from '../../../src/core/transfer/import-image.ts';
import { loadImages } from '../../../src/core/transfer/load-images.ts';
import { saveImages } from '../../../src/core/transfer/save-images.ts';
import type { Images } from '../../../src/engine/images.ts';
import { shortId } from '../../../src/oci/digest.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { addImage, type TestCore, testCore } from '../../support/test-core.ts';

let core: TestCore;
let images: Images;
let usage: ContainerUsage['of'];
let roots: GarbageRoots[];

beforeEach(() => {
  core = testCore();
  usage = () => [];
  roots = [];
  images = createImages(core, {
    usage: {
      of: (id) => usage(id),
      counts: () => new Map(core.images.list().map(({ id }) => [id, usage(id).length])),
    },
    roots,
    transfers: {} as ImageTransfers,
  });
});

afterEach(() => core[Symbol.dispose]());

const base = [{ path: 'base', content: 'base'.repeat(1000) }];
const top = [{ path: 'top', content: 'top' }];

describe('a name', () => {
  it('finds its image with and without tag, by digest, by ID and by the beginning of it', async () => {
    const image = await addImage(core, { names: ['web:1', 'web'], layers: [base] });
    core.images.addRepoDigest(image.id, `docker.io/library/web@${image.manifestDigest}`);
    for (const text of [
      'web',
      'web:latest',
      'web:1',
      'docker.io/library/web:1',
      `web@${image.manifestDigest}`,
    ]) {
      expect(core.images.resolve(text).id).toBe(image.id);
    }
    for (const text of [image.id, image.id.slice(7), image.id.slice(7, 19), image.id.slice(0, 12)]) {
      expect(core.images.resolve(text).id).toBe(image.id);
    }
  });

  it("that means nothing is told in Docker's words", () => {
    expect(() => core.images.resolve('web')).toThrow('No such image: web:latest');
    expect(() => core.images.resolve('abc')).toThrow('No such image: abc:latest');
    expect(() => core.images.resolve('Web')).toThrow('repository name must be lowercase');
  });

  it('comes before the beginning of an ID, and a beginning of several IDs is refused', async () => {
    const first = await addImage(core, { layers: [base], config: { User: '1' } });
    const named = await addImage(core, {
      names: [first.id.slice(7, 11)],
      layers: [base],
      config: { User: '2' },
    });
    expect(core.images.resolve(first.id.slice(7, 11)).id).toBe(named.id);
    expect(core.images.resolve(`sha256:${first.id.slice(7, 11)}`).id).toBe(first.id);
    for (let user = 3; user < 20; user += 1)
      await addImage(core, { layers: [], config: { User: String(user) } });
    const letters = core.images.list().map(({ id }) => id[7] as string);
    const twice = letters.find((letter, at) => letters.indexOf(letter) !== at) as string;
    expect(() => core.images.resolve(`sha256:${twice}`)).toThrow(
      expect.objectContaining({ code: 'ambiguous-id' }),
    );
  });

  it('moves to the image that got it last', async () => {
    const old = await addImage(core, { names: ['web'], layers: [base] });
    const young = await addImage(core, { names: ['web'], layers: [top] });
    expect(core.images.resolve('web').id).toBe(young.id);
    expect(core.images.get(old.id)?.references).toEqual([]);
  });
});

describe('listing', () => {
  it('shows names, sizes, labels and the newest first', async () => {
    await addImage(core, { names: ['old:1'], layers: [base], created: '2020-01-01T00:00:00Z' });
    await addImage(core, { names: ['new:1', 'new:2'], layers: [base, top], config: { Labels: { a: 'b' } } });
    const list = await images.list();
    expect(list.map(({ names }) => names)).toEqual([['new:1', 'new:2'], ['old:1']]);
    expect(list[0]).toMatchObject({ sizeBytes: 4003, labels: { a: 'b' }, containers: 0 });
    expect(list[0]?.layers).toHaveLength(2);
  });

  it.each([
    [{ dangling: ['true'] }, ['']],
    [{ dangling: ['false'] }, ['new:1', 'old:1']],
    [{ label: ['a'] }, ['new:1']],
    [{ label: ['a=b'] }, ['new:1']],
    [{ label: ['a=b', 'c'] }, []],
    [{ before: ['new:1'] }, ['old:1']],
    [{ since: ['old:1'] }, ['', 'new:1']],
    [{ until: ['2021-01-01'] }, ['old:1']],
    [{ reference: ['ne*'] }, ['new:1']],
    [{ reference: ['*:1'] }, ['new:1', 'old:1']],
    [{ reference: ['ne*'], label: ['x'] }, []],
  ])('filters by %j', async (filters, want) => {
    await addImage(core, { names: ['old:1'], layers: [base], created: '2020-01-01T00:00:00Z' });
    await addImage(core, {
      names: ['new:1', 'other:2'],
      layers: [base, top],
      config: { Labels: { a: 'b' } },
    });
    await addImage(core, { layers: [top] });
    const list = await images.list({ filters });
    expect(list.map(({ names }) => names[0] ?? '').sort()).toEqual(want);
  });

  it.each([[{ nonsense: ['1'] }], [{ dangling: ['maybe'] }], [{ until: ['soon'] }], [{ reference: ['['] }]])(
    'refuses the filter %j',
    async (filters) => {
      await expect(images.list({ filters })).rejects.toMatchObject({ kind: 'invalid', code: 'bad-filter' });
    },
  );

  it('tells the history newest first, with the sizes of layers', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base, top] });
    const history = await images.history('web');
    expect(history.map(({ id, createdBy, sizeBytes, tags }) => [id, createdBy, sizeBytes, tags])).toEqual([
      [image.id, 'step 2', 3, ['web:latest']],
      [undefined, 'step 1', 4000, []],
    ]);
    expect((await images.inspect('web')).layerDetails.map(({ sizeBytes }) => sizeBytes)).toEqual([4000, 3]);
  });
});

describe('removing', () => {
  const remove = async (reference: string, force = false) =>
    (await images.remove(reference, { force })).map(({ action, target }) => `${action} ${target}`);

  it('by one of several names only untags', async () => {
    const image = await addImage(core, { names: ['web:1', 'web:2'], layers: [base] });
    expect(await remove('web:1')).toEqual(['untagged web:1']);
    expect(core.images.get(image.id)?.references).toEqual(['docker.io/library/web:2']);
  });

  it('by the last name deletes image and layers, and leaves those others need', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base, top] });
    const other = await addImage(core, { names: ['other'], layers: [base] });
    expect(await remove('web')).toEqual([
      'untagged web:latest',
      `deleted ${image.id}`,
      `deleted ${image.topChainId}`,
    ]);
    expect(core.snapshots.has(other.topChainId as string)).toBe(true);
    expect(core.content.has(image.manifestDigest)).toBe(false);
    expect(core.content.has(other.manifestDigest)).toBe(true);
  });

  it('takes digests of a repository with its last tag', async () => {
    const image = await addImage(core, { names: ['web', 'alice/web'], layers: [base] });
    const digest = `docker.io/library/web@${image.manifestDigest}`;
    core.images.addRepoDigest(image.id, digest);
    expect(await remove('web')).toEqual(['untagged web:latest', `untagged web@${image.manifestDigest}`]);
    expect(core.images.find(`web@${image.manifestDigest}`)).toBeUndefined();
  });

  it('by ID needs force for several repositories', async () => {
    const image = await addImage(core, { names: ['web', 'alice/web'], layers: [base] });
    const id = shortId(image.id);
    await expect(remove(id)).rejects.toThrow(
      `conflict: unable to delete ${id} (must be forced) - image is referenced in multiple repositories`,
    );
    expect(await remove(id, true)).toContain(`deleted ${image.id}`);
  });

  it('heeds containers: stopped ones can be overruled, running ones only by name', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base] });
    const id = shortId(image.id);
    usage = () => [{ id: 'c'.repeat(64), name: 'x', state: 'exited' }];
    await expect(remove('web')).rejects.toThrow(
      `conflict: unable to delete web (must be forced) - container cccccccccccc is using its referenced image ${id}`,
    );
    await expect(remove(id)).rejects.toThrow(
      `conflict: unable to delete ${id} (must be forced) - image is being used by stopped container cccccccccccc`,
    );
    usage = () => [{ id: 'c'.repeat(64), name: 'x', state: 'running' }];
    await expect(remove(id, true)).rejects.toThrow(
      `conflict: unable to delete ${id} (cannot be forced) - image is being used by running container cccccccccccc`,
    );
    expect(await remove('web', true)).toEqual(['untagged web:latest']);
    expect(core.images.get(image.id)?.references).toEqual([]);
  });

  it('of what is not there says so', async () => {
    await expect(remove('web')).rejects.toMatchObject({
      kind: 'not-found',
      message: 'No such image: web:latest',
    });
  });

  it('spares layers a container or a build stands upon, and what the build cache names', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base, top] });
    await core.snapshots.prepare('container-1', image.topChainId);
    roots.push(() => ({ content: [], snapshots: ['container-1'], diffIds: [] }));
    await remove('web', true);
    expect(core.snapshots.has(image.topChainId as string)).toBe(true);
    const cached = await addImage(core, { names: ['cached'], layers: [[{ path: 'x' }]] });
    roots.push(() => ({ content: [], snapshots: [cached.topChainId as string], diffIds: [] }));
    await remove('cached');
    expect(core.snapshots.has(cached.topChainId as string)).toBe(true);
  });

  it('sweeps what a killed unpack left, and not what a living one holds', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base] });
    await core.snapshots.prepare('unpack-dead', undefined);
    await core.snapshots.prepare('unpack-alive', undefined);
    using lease = core.metadata.leases.acquire('test');
    lease.protect({ kind: 'snapshot', key: 'unpack-alive' });
    lease.protect({ kind: 'content', key: image.manifestDigest });
    await remove('web');
    expect(core.snapshots.has('unpack-dead')).toBe(false);
    expect(core.snapshots.has('unpack-alive')).toBe(true);
    expect(core.content.has(image.manifestDigest)).toBe(true);
  });
});

describe('pruning', () => {
  it('tells beforehand exactly what it then does', async () => {
    await addImage(core, { names: ['kept'], layers: [base] });
    const gone = await addImage(core, { layers: [base, top] });
    const planned = await images.prune({ dryRun: true });
    expect(core.images.get(gone.id)).toBeDefined();
    expect(planned.removed.map(({ target }) => target)).toEqual([gone.id, gone.topChainId]);
    expect(planned.reclaimedBytes).toBeGreaterThan(3);
    expect(planned.strayBlobs).toEqual([]);
    expect(await images.prune()).toEqual(planned);
    const { digest } = await core.content.put(Buffer.from('stray'));
    const strays = [{ digest, sizeBytes: 5 }];
    expect(await images.prune({ dryRun: true })).toMatchObject({ strayBlobs: strays, reclaimedBytes: 5 });
    expect(await images.prune()).toMatchObject({ strayBlobs: strays, reclaimedBytes: 5 });
    expect((await images.list()).map(({ names }) => names[0])).toEqual(['kept:latest']);
    expect(await images.prune()).toEqual({
      removed: [],
      strayBlobs: [],
      partDownloads: [],
      reclaimedBytes: 0,
    });
  });

  it('takes named images only when all are meant, and never those of containers', async () => {
    const used = await addImage(core, { names: ['used'], layers: [base] });
    await addImage(core, { names: ['idle'], layers: [top] });
    usage = (id) => (id === used.id ? [{ id: 'c', name: 'c', state: 'exited' }] : []);
    expect((await images.prune()).removed).toEqual([]);
    const { removed } = await images.prune({ all: true });
    expect(removed[0]).toEqual({ action: 'untagged', target: 'idle:latest' });
    expect((await images.list()).map(({ names }) => names[0])).toEqual(['used:latest']);
  });

  it('tells what would go if containers were gone, and what half downloads take', async () => {
    const used = await addImage(core, { names: ['used'], layers: [base] });
    await core.snapshots.prepare('container-1', used.topChainId);
    usage = (id) => (id === used.id ? [{ id: '1', name: 'c', state: 'exited' }] : []);
    roots.push(({ goneContainers }) => ({
      content: [],
      snapshots: goneContainers.has('1') ? [] : ['container-1'],
      diffIds: [],
    }));
    const digest = `sha256:${'0'.repeat(64)}` as never;
    {
      await using half = await core.content.ingest({ digest, sizeBytes: 10 });
      await half.write(Buffer.from('half'));
    }
    expect((await images.prune({ dryRun: true })).reclaimedBytes).toBe(0);
    const planned = await images.prune({ all: true, dryRun: true, withoutContainers: ['1'] });
    expect(planned.partDownloads).toEqual([{ digest, sizeBytes: 4 }]);
    await core.snapshots.remove('container-1');
    roots.pop();
    usage = () => [];
    expect(await images.prune({ all: true })).toEqual(planned);
    expect(planned.removed.map(({ target }) => target)).toEqual(['used:latest', used.id, used.topChainId]);
    await using again = await core.content.ingest({ digest, sizeBytes: 10 });
    expect(again.offset).toBe(0);
  });

  it('heeds until and labels', async () => {
    await addImage(core, {
      layers: [base],
      created: '2020-01-01T00:00:00Z',
      config: { Labels: { keep: '' } },
    });
    await addImage(core, { layers: [top], created: '2020-01-01T00:00:00Z' });
    await addImage(core, { layers: [top], config: { User: 'x' }, created: new Date().toISOString() });
    const { removed } = await images.prune({ filters: { until: ['24h'], 'label!': ['keep'] } });
    expect(removed.filter(({ action }) => action === 'deleted')).toHaveLength(1);
    expect(await images.list()).toHaveLength(2);
  });

  it('takes with a filter what the filtered images needed, and no rubbish of others', async () => {
    const gone = await addImage(core, { layers: [base], config: { Labels: { old: '' } } });
    const { digest } = await core.content.put(Buffer.from('nobody needs this'));
    const filters = { label: ['old'] };
    const planned = await images.prune({ filters, dryRun: true });
    expect(await images.prune({ filters })).toEqual(planned);
    expect(planned.removed.map(({ target }) => target)).toEqual([gone.id, gone.topChainId]);
    expect(core.content.has(digest)).toBe(true);
    await images.prune({ filters: { dangling: ['true'] } });
    expect(core.content.has(digest)).toBe(false);
    await expect(images.prune({ filters: { name: ['x'] } })).rejects.toThrow("invalid filter 'name'");
  });
});

describe('tagging', () => {
  it('adds a name, tells of it, and refuses digests', async () => {
    const image = await addImage(core, { names: ['web'], layers: [base] });
    await images.tag('web', '127.0.0.1:5000/web:2');
    expect(core.images.resolve('127.0.0.1:5000/web:2').id).toBe(image.id);
    await expect(images.tag('web', `x@${image.manifestDigest}`)).rejects.toThrow(
      'refusing to create a tag with a digest',
    );
    await expect(images.tag('web', 'sha256:abc')).rejects.toThrow(
      'refusing to create an ambiguous tag using digest algorithm as name',
    );
    await expect(images.tag('nothing', 'x')).rejects.toThrow('No such image: nothing:latest');
  });
});

describe('the list without layers', () => {
  /** As the whole list has it, which reads the records. */
  async function expectSame(): Promise<void> {
    const whole = await images.list();
    expect(whole.every(({ layers }) => layers.length > 0)).toBe(true);
    expect(await images.list({ layers: false })).toEqual(whole.map((image) => ({ ...image, layers: [] })));
  }

  it('follows what is recorded, tagged, pushed, imported, loaded, removed and pruned', async () => {
    const signal = new AbortController().signal;
    const emit = () => undefined;
    const labelled = { Labels: { 'a b': 'ü"\n' }, Env: ['A=b'] };
    const web = await addImage(core, { names: ['web:1', 'web'], layers: [base, top], config: labelled });
    await addImage(core, { layers: [top] });
    await expectSame();
    await images.tag('web:1', 'registry.example:5000/team/web:2');
    core.images.addRepoDigest(web.id, `docker.io/library/web@${web.manifestDigest}`);
    await expectSame();
    const archive = Readable.from([makeTar(base)]);
    await importImage({ services: core, archive, options: { reference: 'web' }, emit, signal });
    await expectSame();
    const saved = await Array.fromAsync(saveImages(core, ['web:1'], signal));
    await images.remove('web:1');
    await images.remove(web.id, { force: true });
    await expectSame();
    await loadImages({ services: core, roots: [], archive: Readable.from(saved), emit, signal });
    await expectSame();
    expect(
      (await images.list({ layers: false, filters: { label: ['a b'] } })).map(({ names }) => names),
    ).toEqual([['web:1']]);
    await images.prune();
    await expectSame();
    await images.prune({ all: true });
    expect(await images.list({ layers: false })).toEqual([]);
  });
});
