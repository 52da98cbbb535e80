import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { Digest } from '../../oci/digest.ts';
import { imageRecords } from '../images/image-records.ts';
import { written } from './image-words.ts';
import type { CheckContext, Problem } from './problem.ts';
import { restoreImage } from './restore-image.ts';
import { soundEntries } from './sound-entries.ts';
import { asManifest } from './stored-manifest.ts';

/**
 * Images whose record is gone while their config is here: a name tells of them; where records were lost altogether, a
 * manifest does.
 */
export async function* checkLostImages(context: CheckContext): AsyncGenerator<Problem> {
  const { metadata, content } = context.services;
  const { images, names } = imageRecords(metadata);
  for (const [name, id] of soundEntries(names)) {
    if (images.has(id) || !content.has(id as string as Digest)) continue;
    yield lost(context, id, written(name));
  }
  if (!context.recordsAreLost) return;
  for await (const { digest, sizeBytes } of content.list()) {
    if (sizeBytes > documentLimitBytes) continue;
    const found = asManifest(await content.read(digest, documentLimitBytes), digest);
    const id = found?.document.config.digest;
    if (id === undefined || images.has(id) || !content.has(id)) continue;
    yield lost(context, id, id);
  }
}

function lost(context: CheckContext, id: string, name: string): Problem {
  return {
    code: 'image-record-lost',
    severity: 'damage',
    subject: id,
    message: `image ${name} is here, and its record is lost`,
    remedy: 'write it anew from what is here',
    done: 'written anew from what is here',
    mend: () => restoreImage(context, id),
  };
}
