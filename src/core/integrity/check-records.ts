import { cacheRecords } from '../build/solver/cache-records.ts';
import { imageRecords } from '../images/image-records.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import type { Collection } from '../metadata/metadata.ts';
import { networkRecords } from '../network/network-record.ts';
import { manifestListRecords } from '../transfer/manifest-list-records.ts';
import { isVolumeName, volumeRecords } from '../volumes/volume-record.ts';
import type { CheckContext, Problem } from './problem.ts';
import { restoreAddress } from './restore-address.ts';
import { restoreContainer } from './restore-container.ts';
import { restoreImage } from './restore-image.ts';
import { restoreSnapshot, snapshotRecords } from './restore-snapshot.ts';
import { isDamaged } from './sound-entries.ts';

/** Records of one kind, and what to do about one that cannot be read. */
interface Kind {
  readonly noun: string;
  readonly records: Collection<unknown>;
  readonly remedy: string;
  readonly done: string;
  /** Default: the record is deleted. */
  readonly mend?: (key: string) => void | Promise<void>;
}

/**
 * Whether each record can be read: one that cannot would make every list fail. What can be known from elsewhere is
 * written anew; what cannot is forgotten, unless somebody's data hangs on it.
 */
export async function* checkRecords(context: CheckContext): AsyncGenerator<Problem> {
  for (const kind of kinds(context)) yield* damagedIn(kind);
}

/** What only tells from other records, and is set right from them by the checks of those. */
const indexes = [
  ['snapshot index', 'snapshot-children'],
  ['snapshot number', 'snapshot-numbers'],
  ['image user', 'image-users'],
  ['volume user', 'volume-users'],
] as const;

/** Snapshots first: images and containers stand upon them. */
function kinds(context: CheckContext): readonly Kind[] {
  const { services, containers } = context;
  const { metadata } = services;
  const { images, names } = imageRecords(metadata);
  const { networks, addresses, ports } = networkRecords(metadata);
  const forgotten = (noun: string, records: Collection<unknown>, why = ''): Kind => ({
    noun,
    records,
    remedy: `forget it${why}`,
    done: `forgotten${why}`,
  });
  const anew = { remedy: 'write it anew from what is here', done: 'written anew from what is here' };
  const { volumes } = volumeRecords(metadata);
  return [
    ...indexes.map(([noun, name]) =>
      forgotten(
        noun,
        metadata.collection(name, () => true),
      ),
    ),
    {
      noun: 'snapshot',
      records: snapshotRecords(metadata),
      ...anew,
      mend: (key) => restoreSnapshot(context, key),
    },
    forgotten('image name', names),
    { noun: 'image', records: images, ...anew, mend: (id) => restoreImage(context, id) },
    forgotten('layer blob', layerBlobs(metadata), '; the layer is compressed anew when it is pushed'),
    forgotten('build cache', cacheRecords(metadata), '; the step is run again'),
    forgotten('manifest list', manifestListRecords(metadata), '; create it again if it is missed'),
    forgotten('container name', containers.names),
    { noun: 'container', records: containers.records, ...anew, mend: (id) => restoreContainer(context, id) },
    {
      noun: 'volume',
      records: volumes,
      remedy: 'write it anew; data is kept, labels are lost',
      done: 'written anew; data was kept, labels are lost',
      mend: (name) => {
        if (isVolumeName(name))
          volumes.put(name, { createdAt: new Date().toISOString(), anonymous: false, labels: {} });
        else volumes.delete(name);
      },
    },
    forgotten('network', networks, '; create it again if it is missed'),
    { noun: 'address', records: addresses, ...anew, mend: (key) => restoreAddress(context, key) },
    forgotten('published port', ports),
  ];
}

function* damagedIn({ noun, records, remedy, done, mend }: Kind): Generator<Problem> {
  for (const key of records.keys()) {
    if (!isDamaged(records, key)) continue;
    yield {
      code: 'record-damaged',
      severity: 'damage',
      subject: `${noun} ${key}`,
      message: `the record of ${noun} ${key} cannot be read`,
      remedy,
      done,
      mend: async () => {
        if (!isDamaged(records, key)) return;
        if (mend === undefined) records.delete(key);
        else await mend(key);
      },
    };
  }
}
