import type { ImageId } from '../../oci/digest.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { containerRecords, imageUsers } from './container-record.ts';
import { isStale } from './settle.ts';
import { shownState } from './summarize.ts';

/** Which containers were made from an image; what turns out to have ended counts as that. Reads, never writes. */
export function imageUsage(
  metadata: Metadata,
): (imageId: ImageId) => readonly { readonly id: string; readonly name: string; readonly state: string }[] {
  const records = containerRecords(metadata);
  const users = imageUsers(metadata);
  return (imageId) =>
    [...users.entries(`${imageId}/`)].flatMap(([key]) => {
      const record = records.get(key.slice(imageId.length + 1));
      if (record === undefined) return [];
      return [{ id: record.id, name: record.name, state: isStale(record) ? 'exited' : shownState(record) }];
    });
}
