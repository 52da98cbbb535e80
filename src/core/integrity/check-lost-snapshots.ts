import type { CheckContext, Problem } from './problem.ts';

/** Layers whose record was lost with all others: their folders are known by their labels. */
export function* checkLostSnapshots({ services, recordsAreLost }: CheckContext): Generator<Problem> {
  const { snapshots } = services;
  if (!recordsAreLost) return;
  // Whatever stands upon another can be taken back after that one only.
  for (let before = Number.POSITIVE_INFINITY; ; ) {
    const labels = snapshots.strays().folders.flatMap(({ label }) => (label === undefined ? [] : [label]));
    const ready = labels.filter(
      ({ key, parent }) => !snapshots.has(key) && (parent === undefined || snapshots.has(parent)),
    );
    if (ready.length === 0 || labels.length >= before) return;
    before = labels.length;
    for (const { key } of ready) {
      yield {
        code: 'layer-record-lost',
        severity: 'damage',
        subject: key,
        message: `layer ${key} is here, and its record is lost`,
        remedy: 'take it back',
        done: 'taken back',
        mend: () => void snapshots.adopt(key),
      };
    }
  }
}
