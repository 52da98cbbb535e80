import { isDeepStrictEqual } from 'node:util';
import type { ImageConfig } from '../../oci/image-config.ts';
import { imageRecords } from '../images/image-records.ts';
import { nameOf } from './image-words.ts';
import type { CheckContext, Problem } from './problem.ts';
import { restoreImage } from './restore-image.ts';
import { soundEntries } from './sound-entries.ts';
import { storedConfig } from './stored-config.ts';

/** What records say of images is what their configs say: commands run what the record has. */
export async function* checkImageConfigs(context: CheckContext): AsyncGenerator<Problem> {
  const { services, depth, signal } = context;
  if (depth === 'quick') return;
  const { images } = imageRecords(services.metadata);
  for (const [id, record] of soundEntries(images)) {
    signal.throwIfAborted();
    const config = await storedConfig(services.content, id);
    if (config === undefined || isSame(config, record.config) || !images.has(id)) continue;
    yield {
      code: 'record-altered',
      severity: 'damage',
      subject: id,
      message: `the record of image ${nameOf(id, record)} is not what its config says`,
      remedy: 'write it anew from its config',
      done: 'written anew from its config',
      mend: () => restoreImage(context, id),
    };
  }
}

function isSame(config: ImageConfig, kept: ImageConfig): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(config)), kept);
}
