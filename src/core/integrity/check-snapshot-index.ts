import type { CheckContext, Problem } from './problem.ts';
import { snapshotRecords } from './restore-snapshot.ts';
import { isDamaged, soundEntries } from './sound-entries.ts';

/**
 * What stands upon each snapshot, which tells from the records what would be slow to look for: without it a layer could
 * be removed from under another.
 */
export function* checkSnapshotIndex({ services: { metadata } }: CheckContext): Generator<Problem> {
  const records = snapshotRecords(metadata);
  const children = metadata.collection('snapshot-children', () => true as const);
  const wrong = metadata.transaction(() => {
    const wanted = new Set(
      [...soundEntries(records)].flatMap(([key, { parent }]) =>
        parent === undefined ? [] : [`${parent} ${key}`],
      ),
    );
    // A record that cannot be read is told of by itself, and may well stand upon another.
    const there = new Set(children.keys().filter((entry) => !isDamaged(records, childOf(entry))));
    return { missing: [...wanted.difference(there)], extra: [...there.difference(wanted)] };
  });
  for (const entry of [...wrong.missing, ...wrong.extra]) {
    const parent = entry.slice(0, entry.indexOf(' '));
    const key = childOf(entry);
    yield {
      code: 'layer-index',
      severity: 'damage',
      subject: entry,
      message: `the index of layers is wrong: whether ${key} stands upon ${parent}`,
      remedy: 'set it right from the records',
      done: 'set right from the records',
      mend: () =>
        metadata.transaction(() => {
          const isSo = records.get(key)?.parent === parent;
          if (isSo) children.put(entry, true);
          else children.delete(entry);
        }),
    };
  }
}

function childOf(entry: string): string {
  return entry.slice(entry.indexOf(' ') + 1);
}
