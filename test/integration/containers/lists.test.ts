import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/engine/events.ts';
import { busyboxImage } from '../../support/busybox-image.ts';
import { type ContainerStand, containerStand } from '../../support/container-stand.ts';
import { until } from '../../support/until.ts';

let stand: ContainerStand;
beforeAll(async () => {
  stand = await containerStand();
});
afterEach(() => stand.clear());
afterAll(() => stand[Symbol.asyncDispose]());

describe('lists and events', () => {
  test('list shows what runs, all, the newest, and what filters let through', async () => {
    const { id: done } = await stand.run(['true'], { name: 'done', labels: { kind: 'job' } });
    const up = await stand.up({ name: 'server', labels: { kind: 'service' } });
    const names = async (options?: Parameters<typeof stand.containers.list>[0]) =>
      (await stand.containers.list(options)).map(({ name }) => name);
    expect(await names()).toEqual(['server']);
    expect(await names({ all: true })).toEqual(['server', 'done']);
    expect(await names({ last: 1 })).toEqual(['server']);
    expect(await names({ filters: { status: ['exited'] } })).toEqual(['done']);
    expect(await names({ all: true, filters: { label: ['kind=job'] } })).toEqual(['done']);
    expect(await names({ filters: { since: ['done'] } })).toEqual(['server']);
    expect(await names({ filters: { before: [up] } })).toEqual(['done']);
    expect(await names({ all: true, filters: { ancestor: ['busybox'] } })).toEqual(['server', 'done']);
    await expect(names({ filters: { since: ['nobody'] } })).rejects.toThrow('No such container: nobody');
    await expect(names({ filters: { nope: ['x'] } })).rejects.toThrow("invalid filter 'nope'");
    const [sized] = await stand.containers.list({ all: true, filters: { id: [done] }, size: true });
    expect(sized?.size).toMatchObject({ writableBytes: 0 });
    expect(sized!.size!.totalBytes).toBeGreaterThan(1_000_000);
  });

  test('a filter that names a container needs it, also where there is none to compare with', async () => {
    await expect(stand.containers.list({ filters: { before: ['nobody'] } })).rejects.toThrow(
      'No such container: nobody',
    );
  });

  test('the image is shown by its ID once its name means another', async () => {
    await stand.run(['true'], { name: 'old' });
    const { images } = await stand.parts.services();
    const { id } = images.resolve('busybox');
    await busyboxImage(await stand.parts.services(), {
      name: 'busybox',
      prepare: (root) => writeFileSync(`${root}/new`, 'new'),
    });
    const [summary] = await stand.containers.list({ all: true });
    expect(summary).toMatchObject({ image: id.slice('sha256:'.length, 'sha256:'.length + 12), imageId: id });
  });

  test('the journal tells of a life, and of an end nobody asked for while somebody listens', async () => {
    const { openCore } = await import('../../../src/core/open-core.ts');
    await using engine = await openCore({
      rootOption: stand.root.path,
      env: process.env,
      uid: 0,
      version: 'test',
      selfCommand: ['/bin/false'],
    });
    const abort = new AbortController();
    const seen: EngineEvent[] = [];
    const listening = (async () => {
      for await (const event of engine.events({ signal: abort.signal })) seen.push(event);
    })();
    const id = await stand.up({
      name: 'short',
      command: ['sh', '-c', 'while ! test -e /end; do sleep 0.02; done; exit 4'],
    });
    await until(() => seen.some(({ type }) => type === 'container.started'));
    await stand.exec(id, 'touch', '/end');
    await until(() => seen.some(({ type }) => type === 'container.died'));
    abort.abort();
    await listening;
    expect(seen.map(({ type }) => type)).toEqual([
      'container.created',
      'network.connected',
      'container.started',
      'container.exec-created',
      'container.exec-started',
      'container.exec-died',
      'container.died',
      'network.disconnected',
    ]);
    expect(seen.find(({ type }) => type === 'container.died')).toMatchObject({
      id,
      name: 'short',
      exitCode: 4,
    });
  });

  test('tell of the size a terminal was given', async () => {
    const since = new Date().toISOString();
    const id = await stand.up({ tty: true, openStdin: true, command: ['sh'] });
    await using session = await stand.containers.attach(id, { stdin: true });
    await session.resize({ rows: 33, columns: 99 });
    const { journal } = stand.services.metadata;
    const told = await Array.fromAsync(journal.follow({ since, until: new Date().toISOString() }));
    expect(told.find(({ type }) => type === 'container.resized')).toMatchObject({
      id,
      height: 33,
      width: 99,
    });
  });
});
