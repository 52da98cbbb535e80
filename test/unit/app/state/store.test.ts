import { expect, it } from 'vitest';
import { Store } from '../../../../src/app/state/store.ts';
import { until } from '../../../support/until.ts';

it('tells of what the user did at once', () => {
  using store = new Store({ n: 0 });
  const seen: number[] = [];
  store.watch(
    (state) => state.n,
    (n) => seen.push(n),
  );
  store.update((state) => ({ n: state.n + 1 }));
  store.update((state) => ({ n: state.n + 1 }));
  expect(seen).toEqual([1, 2]);
});

it('gathers what the machine did into one change', async () => {
  using store = new Store({ n: 0 });
  const seen: number[] = [];
  store.watch(
    (state) => state.n,
    (n) => seen.push(n),
  );
  for (let step = 0; step < 1000; step += 1) store.ingest((state) => ({ n: state.n + 1 }));
  expect(seen).toEqual([]);
  await until(() => store.state.n === 1000);
  expect(seen).toEqual([1000]);
});

it('stays silent when nothing changed', () => {
  using store = new Store({ n: 0 });
  let calls = 0;
  store.subscribe(() => {
    calls += 1;
  });
  store.update((state) => state);
  expect(calls).toBe(0);
});
