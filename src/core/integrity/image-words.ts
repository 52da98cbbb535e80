import { shortId } from '../../oci/digest.ts';
import type { ImageRecord } from '../images/image-records.ts';
import { familiar } from '../images/summarize-image.ts';

/** What people call an image: its newest name, as they write it, else the short ID. */
export function nameOf(id: string, { references }: Pick<ImageRecord, 'references'>): string {
  return references[0] === undefined ? shortId(id) : written(references[0]);
}

/** What a person has to do to have an image whole again. */
export function fetchAgain({ references, repoDigests }: ImageRecord): string {
  const name = references[0] ?? repoDigests[0];
  return name === undefined
    ? 'pull, load or build the image again'
    : `pull, load or build ${written(name)} again`;
}

/** A damaged record may have names that are none. */
export function written(name: string): string {
  try {
    return familiar(name);
  } catch {
    return name;
  }
}
