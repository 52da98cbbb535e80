import type { Descriptor } from '../../oci/descriptor.ts';
import { type ImageRecord, imageRecords } from '../images/image-records.ts';
import { layerBlobs } from '../layers/layer-blob-records.ts';
import { fetchAgain, nameOf } from './image-words.ts';
import type { CheckContext, Problem } from './problem.ts';
import { readManifest } from './read-manifest.ts';
import { readSound, soundEntries } from './sound-entries.ts';

/** A size that something says a blob has, and what to tell when it is another. */
export interface NamedSize {
  readonly sizeBytes: number;
  readonly problem: (actualBytes: number) => Problem;
}

/** All sizes named in records and manifests, by digest. */
export async function namedSizes(context: CheckContext): Promise<ReadonlyMap<string, readonly NamedSize[]>> {
  const { metadata, content } = context.services;
  const sizes = new Map<string, NamedSize[]>();
  const note = (blob: Descriptor, problem: NamedSize['problem']): void => {
    const known = sizes.get(blob.digest);
    const named = { sizeBytes: blob.size, problem };
    if (known === undefined) sizes.set(blob.digest, [named]);
    else known.push(named);
  };
  for (const [diffId, blob] of soundEntries(layerBlobs(metadata))) {
    note(blob, (actual) => inLayerRecord(context, diffId, blob, actual));
  }
  for (const [id, record] of soundEntries(imageRecords(metadata).images)) {
    note(record.manifest, (actual) => inImageRecord(context, id, record, actual));
    const manifest = await readManifest(content, record.manifest);
    for (const blob of manifest === undefined ? [] : [manifest.config, ...manifest.layers]) {
      note(blob, (actual) => inManifest(context, id, record, blob, actual));
    }
  }
  return sizes;
}

/** A manifest is what it is: its digest names it. Only another image helps. */
function inManifest(
  { incomplete }: CheckContext,
  id: string,
  record: ImageRecord,
  blob: Descriptor,
  actualBytes: number,
): Problem {
  incomplete.add(id);
  return {
    code: 'size-misnamed',
    severity: 'damage',
    subject: nameOf(id, record),
    message: `the manifest of image ${nameOf(id, record)} says that ${blob.digest} has ${blob.size} bytes; it has ${actualBytes}`,
    remedy: `registries will refuse it: ${fetchAgain(record)} from a sound source`,
    done: '',
    mend: undefined,
  };
}

function inImageRecord(
  { services: { metadata } }: CheckContext,
  id: string,
  record: ImageRecord,
  actualBytes: number,
): Problem {
  const { images } = imageRecords(metadata);
  return misnamedInRecord(`image ${nameOf(id, record)}`, record.manifest, actualBytes, () =>
    metadata.transaction(() => {
      const now = readSound(images, id);
      if (now?.manifest.digest !== record.manifest.digest) return;
      images.put(id, { ...now, manifest: { ...now.manifest, size: actualBytes } });
    }),
  );
}

function inLayerRecord(
  { services: { metadata } }: CheckContext,
  diffId: string,
  blob: Descriptor,
  actualBytes: number,
): Problem {
  const records = layerBlobs(metadata);
  return misnamedInRecord(`layer ${diffId}`, blob, actualBytes, () =>
    metadata.transaction(() => {
      if (readSound(records, diffId)?.digest === blob.digest)
        records.put(diffId, { ...blob, size: actualBytes });
    }),
  );
}

function misnamedInRecord(what: string, blob: Descriptor, actualBytes: number, mend: () => void): Problem {
  return {
    code: 'size-misnamed',
    severity: 'damage',
    subject: what,
    message: `the record of ${what} says that ${blob.digest} has ${blob.size} bytes; it has ${actualBytes}`,
    remedy: 'set it right',
    done: 'set right',
    mend,
  };
}
