import { useSyncExternalStore } from 'react';
import type { Store } from '../../app/state/store.ts';

/** A part of a store's state; the component is drawn again when that part is another object. */
export function useStore<S, T>(store: Store<S>, select: (state: S) => T): T {
  return useSyncExternalStore(
    (changed) => store.subscribe(changed),
    () => select(store.state),
  );
}
