import { setTimeout as pause } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import type { Engine } from '../../engine/engine.ts';
import type { EngineEvent } from '../../engine/events.ts';
import type { EngineState, ListedNoun } from './engine-state.ts';
import { applyEvent, engineLost, listed, staleNouns } from './reduce-engine.ts';
import type { Store } from './store.ts';

/** A burst of events asks for one list, not for one each. */
const listSpacingMs = 150;
const retryMs = { first: 500, most: 10_000 };

/**
 * Keeps a store in step with an engine until the signal fires: subscribes, lists, applies events as they come and
 * lists again what they leave open. When the engine stops answering it says so in the state and tries again.
 */
export async function watchEngine(
  engine: Engine,
  store: Store<EngineState>,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = retryMs.first; !signal.aborted; wait = Math.min(wait * 2, retryMs.most)) {
    const round = new AbortController();
    const either = AbortSignal.any([signal, round.signal]);
    try {
      // The subscription stands before the first list, so nothing falls between the two.
      const events = engine.events({ signal: either })[Symbol.asyncIterator]();
      const first = events.next();
      first.catch(() => undefined);
      const images = lister('images', engine, store, either);
      const containers = lister('containers', engine, store, either);
      const volumes = lister('volumes', engine, store, either);
      const networks = lister('networks', engine, store, either);
      const lists = { images, containers, volumes, networks } satisfies Record<ListedNoun, Lister>;
      await Promise.race([
        follow(events, first, store, lists),
        images.failed,
        containers.failed,
        volumes.failed,
        networks.failed,
        Promise.all([images.ask(), containers.ask()]).then(() => {
          wait = retryMs.first;
          // What is shown first comes first.
          void volumes.ask();
          void networks.ask();
          return follow.never;
        }),
      ]);
      // An engine whose events end (a connection closed in peace) is asked anew.
    } catch (error) {
      if (signal.aborted) return;
      store.ingest((state) => engineLost(state, GantryError.from(error)));
    } finally {
      round.abort();
    }
    await pause(wait, undefined, { signal }).catch(() => undefined);
  }
}

async function follow(
  events: AsyncIterator<EngineEvent>,
  first: Promise<IteratorResult<EngineEvent>>,
  store: Store<EngineState>,
  lists: Readonly<Record<ListedNoun, Lister>>,
): Promise<void> {
  for (let next = await first; next.done !== true; next = await events.next()) {
    const event = next.value;
    store.ingest((state) => applyEvent(state, event));
    for (const list of Object.values(lists)) list.heard(event);
    for (const noun of staleNouns(event)) void lists[noun].ask();
  }
}
follow.never = new Promise<never>(() => undefined);

interface Lister {
  /** Asks for a fresh list; resolves with the first one that is at least as new as this call. */
  ask(): Promise<void>;
  /** An event came: a list that is being fetched may be older. */
  heard(event: EngineEvent): void;
  /** Rejects when a list failed; never resolves. */
  readonly failed: Promise<never>;
}

function lister(noun: ListedNoun, engine: Engine, store: Store<EngineState>, signal: AbortSignal): Lister {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  let stale = false;
  let running: Promise<void> | undefined;
  /** What was heard while a list was fetched. */
  let meanwhile: EngineEvent[] = [];

  async function list(): Promise<void> {
    try {
      while (stale && !signal.aborted) {
        stale = false;
        meanwhile = [];
        const change = await fetchList(noun, engine, signal);
        // The list may be older than what events have told since it was asked for: they are told again on top of it.
        const since = meanwhile;
        store.ingest((state) => since.reduce(applyEvent, change(state)));
        await pause(listSpacingMs, undefined, { signal }).catch(() => undefined);
      }
    } catch (error) {
      failure.reject(error);
    } finally {
      // In the same turn as the last look at `stale`: whoever asks from here on starts another round.
      running = undefined;
    }
  }
  return {
    failed: failure.promise,
    heard: (event) => void (running !== undefined && meanwhile.push(event)),
    async ask() {
      stale = true;
      running ??= list();
      await running;
    },
  };
}

async function fetchList(
  noun: ListedNoun,
  engine: Engine,
  signal: AbortSignal,
): Promise<(state: EngineState) => EngineState> {
  switch (noun) {
    case 'images': {
      const images = await engine.images.list({ signal });
      return (state) => listed(state, { images });
    }
    case 'containers': {
      const containers = await engine.containers.list({ signal, all: true });
      return (state) => listed(state, { containers });
    }
    case 'volumes': {
      const volumes = await engine.volumes.list({ signal });
      return (state) => listed(state, { volumes });
    }
    case 'networks': {
      const networks = await engine.networks.list({ signal });
      return (state) => listed(state, { networks });
    }
  }
}
