import { hasRemains } from '../containers/container-remains.ts';
import { volumeRecords } from '../volumes/volume-record.ts';
import type { CheckContext, Problem } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Who has which volume, as the containers say: a volume nobody is said to have would be pruned. */
export function* checkVolumeUsers({
  services: { dirs, metadata },
  containers,
}: CheckContext): Generator<Problem> {
  const { users } = volumeRecords(metadata);
  const wrong = metadata.transaction(() => {
    const wanted = new Set<string>();
    for (const [id, { mounts }] of soundEntries(containers.records)) {
      for (const mount of mounts)
        if (mount.type === 'volume' && mount.name !== undefined) wanted.add(`${mount.name}/${id}`);
    }
    const there = new Set(users.keys());
    return {
      missing: [...wanted.difference(there)],
      extra: [...there.difference(wanted)].filter(
        (key) => !containers.records.has(idOf(key)) && !hasRemains(dirs, idOf(key)),
      ),
    };
  });
  for (const key of [...wrong.missing, ...wrong.extra]) {
    const isMissing = wrong.missing.includes(key);
    yield {
      code: 'container-index',
      severity: 'damage',
      subject: `volume user ${key}`,
      message: isMissing
        ? `volume ${nameOf(key)} is in use by container ${idOf(key)}, which it does not know`
        : `volume ${nameOf(key)} is said to be in use by container ${idOf(key)}, which is not here`,
      remedy: isMissing ? 'note it' : 'forget that',
      done: isMissing ? 'noted' : 'forgotten',
      mend: () =>
        metadata.transaction(() => {
          if (!containers.records.has(idOf(key))) users.delete(key);
          else if (isMissing) users.put(key, true);
        }),
    };
  }
}

function nameOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

function idOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
