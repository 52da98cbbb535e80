import { afterEach, expect, it } from 'vitest';
import { type EngineState, initialEngineState } from '../../../../src/app/state/engine-state.ts';
import { Store } from '../../../../src/app/state/store.ts';
import { watchEngine } from '../../../../src/app/state/watch-engine.ts';
import { GantryError } from '../../../../src/base/gantry-error.ts';
import { FakeEngine } from '../../../support/fake-engine.ts';
import { sampleContainer } from '../../../support/sample-objects.ts';
import { until } from '../../../support/until.ts';

let stop = new AbortController();
afterEach(() => stop.abort());

function watched(engine = new FakeEngine()) {
  stop = new AbortController();
  const store = new Store<EngineState>(initialEngineState);
  void watchEngine(engine, store, stop.signal);
  return { engine, store };
}

it('lists images and all containers, then is live', async () => {
  const { store } = watched();
  await until(() => store.state.phase === 'live');
  expect(store.state.images).toHaveLength(5);
  expect(store.state.containers).toHaveLength(5);
});

it('shows what an event tells before the list comes', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  engine.containers.list = () => new Promise(() => undefined);
  const { id } = store.state.containers?.[0] ?? { id: '' };
  engine.emit({ type: 'container.died', id, name: 'web', image: 'web:1', exitCode: 3 });
  await until(() => store.state.containers?.[0]?.state === 'exited');
  expect(store.state.containers?.[0]?.exitCode).toBe(3);
});

it('lists again for what an event does not tell', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  engine.containerList = [sampleContainer('fresh', 'web:1', {}), ...engine.containerList];
  engine.emit({
    type: 'container.created',
    id: engine.containerList[0]?.id ?? '',
    name: 'fresh',
    image: 'web:1',
  });
  await until(() => store.state.containers?.[0]?.name === 'fresh');
});

it('lists everything again after a gap', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  engine.imageList = [];
  engine.containerList = [];
  engine.emit({ type: 'gap' });
  await until(() => store.state.images?.length === 0 && store.state.containers?.length === 0);
});

it('asks for one list, not for one each, in a burst of events', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  let lists = 0;
  const list = engine.containers.list;
  engine.containers.list = (options) => {
    lists += 1;
    return list(options);
  };
  for (let n = 0; n < 200; n += 1) engine.emit({ type: 'container.oom', id: 'x', name: 'x', image: 'x' });
  await until(() => lists > 0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(lists).toBeLessThan(3);
});

it('says why when the engine is lost, keeps what it knew, and comes back', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  const { list } = engine.containers;
  const gone = new GantryError({ kind: 'unavailable', code: 'gone', message: 'engine gone' });
  engine.containers.list = () => Promise.reject(gone);
  engine.emit({ type: 'gap' });
  await until(() => store.state.phase === 'lost');
  expect([store.state.problem?.message, store.state.containers?.length]).toEqual(['engine gone', 5]);
  engine.containers.list = list;
  await until(() => store.state.phase === 'live');
});

it('lets no list that is older than an event take back what the event told', async () => {
  const { engine, store } = watched();
  await until(() => store.state.phase === 'live');
  const old = engine.containerList;
  const { id = '' } = old[0] ?? {};
  const slow = Promise.withResolvers<typeof old>();
  let later = 0;
  engine.containers.list = () => (later++ === 0 ? slow.promise : new Promise(() => undefined));
  engine.emit({ type: 'gap' });
  await until(() => later === 1);
  engine.emit({ type: 'container.renamed', id, name: 'other', image: 'web:1', oldName: 'web' });
  await until(() => store.state.containers?.[0]?.name === 'other');
  const { containers } = store.state;
  slow.resolve([...old]);
  await until(() => store.state.containers !== containers);
  expect(store.state.containers?.[0]?.name).toBe('other');
});
