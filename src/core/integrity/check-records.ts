import { cacheRecords } from '../build/solver/cache-records.ts';
import { imageRecords } from '../images/image-records.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import type { Collection } from '../metadata/metadata.ts';
import { decodeSnapshot } from '../snapshots/snapshot-record.ts';
import { volumeRecords } from '../volumes/volume-record.ts';
import type { CheckContext, Problem } from './problem.ts';
import { isDamaged } from './sound-entries.ts';

/** The database itself, and whether each record in it can be read: one that cannot would make every list fail. */
export function* checkRecords({ services, containers, depth }: CheckContext): Generator<Problem> {
  const { metadata } = services;
  for (const message of metadata.verify(depth === 'quick' ? 'quick' : 'full')) {
    yield {
      code: 'database-damaged',
      severity: 'damage',
      subject: services.dirs.database,
      message: `the database is damaged: ${message}`,
      remedy: 'move it away to start without records; images have to be pulled or built again',
      mend: undefined,
    };
  }
  const images = imageRecords(metadata);
  const volumes = volumeRecords(metadata).volumes;
  const forgotten: readonly (readonly [string, Collection<unknown>, string])[] = [
    ['image', images.images, 'forget the image; it has to be pulled, loaded or built again'],
    ['image name', images.names, 'forget the name'],
    [
      'snapshot',
      metadata.collection('snapshots', decodeSnapshot),
      'forget it; it is made again where it can',
    ],
    ['layer blob', layerBlobs(metadata), 'forget it; the layer is compressed anew when it is pushed'],
    ['build cache', cacheRecords(metadata), 'forget it; the step is run again'],
    ['container', containers.records, 'remove what is left of the container'],
    ['container name', containers.names, 'forget the name'],
  ];
  for (const [noun, collection, remedy] of forgotten) {
    yield* damagedIn(noun, collection, remedy, (key) => collection.delete(key));
  }
  yield* damagedIn('volume', volumes, 'write it anew; data is kept, labels are lost', (key) =>
    volumes.put(key, { createdAt: new Date().toISOString(), anonymous: false, labels: {} }),
  );
}

function* damagedIn(
  noun: string,
  collection: Collection<unknown>,
  remedy: string,
  mend: (key: string) => void,
): Generator<Problem> {
  for (const key of collection.keys()) {
    if (!isDamaged(collection, key)) continue;
    yield {
      code: 'record-damaged',
      severity: 'damage',
      subject: `${noun} ${key}`,
      message: `the record of ${noun} ${key} cannot be read`,
      remedy,
      mend: () => {
        if (isDamaged(collection, key)) mend(key);
      },
    };
  }
}
