import { parseImageId } from '../../oci/digest.ts';
import { type ImageRecords, imageRecords, moveName } from '../images/image-records.ts';
import type { CheckContext, Problem } from './problem.ts';
import { isDamaged, readSound, soundEntries } from './sound-entries.ts';

/** Names and images say the same of each other. Both change in one transaction, so that nothing but damage parts them. */
export function* checkNames({ services }: CheckContext): Generator<Problem> {
  const { metadata } = services;
  const records = imageRecords(metadata);
  const problems = metadata.transaction(() => [...dangling(records), ...lost(records)]);
  for (const problem of problems) {
    yield { ...problem, mend: () => metadata.transaction(() => problem.mend?.()) };
  }
}

function* dangling(records: ImageRecords): Generator<Problem> {
  for (const [name, id] of soundEntries(records.names)) {
    // Told of by the check of records.
    if (isDamaged(records.images, id)) continue;
    const record = readSound(records.images, id);
    if (record !== undefined && [...record.references, ...record.repoDigests].includes(name)) continue;
    const isThere = record !== undefined;
    yield {
      code: isThere ? 'name-lost' : 'name-without-image',
      severity: 'damage',
      subject: name,
      message: isThere
        ? `the name ${name} means image ${id}, which does not know of it`
        : `the name ${name} means image ${id}, which is not here`,
      remedy: isThere ? 'note it there too' : 'forget the name',
      done: isThere ? 'noted there too' : 'forgotten',
      mend: () => {
        if (records.names.get(name) !== id) return;
        if (isThere) moveName(records, name, id);
        else records.names.delete(name);
      },
    };
  }
}

function* lost(records: ImageRecords): Generator<Problem> {
  for (const [id, record] of soundEntries(records.images)) {
    for (const name of [...record.references, ...record.repoDigests]) {
      const meant = readSound(records.names, name);
      if (meant === id) continue;
      yield {
        code: 'name-lost',
        severity: 'damage',
        subject: name,
        message: `image ${id} has the name ${name}, which means ${meant ?? 'nothing'}`,
        remedy: meant === undefined ? 'let it mean the image' : 'take it from the image',
        done: meant === undefined ? 'it means the image again' : 'taken from the image',
        mend: () => {
          const now = records.images.get(id);
          if (now === undefined) return;
          if (!records.names.has(name)) return moveName(records, name, parseImageId(id));
          const without = (names: readonly string[]) => names.filter((other) => other !== name);
          records.images.put(id, {
            ...now,
            references: without(now.references),
            repoDigests: without(now.repoDigests),
          });
        },
      };
    }
  }
}
