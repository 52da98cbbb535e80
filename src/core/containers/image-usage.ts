import type { ContainerUsage } from '../images/summarize-image.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { containerRecords, imageUsers } from './container-record.ts';
import { isStale } from './settle.ts';
import { shownState } from './summarize.ts';

/** Which containers were made from images; what turns out to have ended counts as that. Reads, never writes. */
export function imageUsage(metadata: Metadata): ContainerUsage {
  const records = containerRecords(metadata);
  const users = imageUsers(metadata);
  return {
    of: (imageId) =>
      users.keys(`${imageId}/`).flatMap((key) => {
        const record = records.get(key.slice(imageId.length + 1));
        if (record === undefined) return [];
        return [{ id: record.id, name: record.name, state: isStale(record) ? 'exited' : shownState(record) }];
      }),
    counts() {
      const counts = new Map<string, number>();
      for (const key of users.keys()) {
        const imageId = key.slice(0, key.indexOf('/'));
        counts.set(imageId, (counts.get(imageId) ?? 0) + 1);
      }
      return counts;
    },
  };
}
