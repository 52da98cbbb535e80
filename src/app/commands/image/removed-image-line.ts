import type { ImagePruneReport, RemovedImage } from '../../../engine/images.ts';
import { humanSize } from '../format/human-size.ts';

/** `Untagged: web:1`, `Deleted: sha256:…` */
export function removedImageLine({ action, target }: RemovedImage): string {
  return `${action === 'untagged' ? 'Untagged' : 'Deleted'}: ${target}`;
}

/** As a prune lists them: `untagged: web:1`, `deleted: sha256:…`, `deleted: blob sha256:… (2MB)` and the same of a part-download */
export function prunedImageLines({
  removed,
  strayBlobs,
  partDownloads,
}: ImagePruneReport): readonly string[] {
  return [
    ...removed.map(({ action, target }) => `${action}: ${target}`),
    ...strayBlobs.map(({ digest, sizeBytes }) => `deleted: blob ${digest} (${humanSize(sizeBytes)})`),
    ...partDownloads.map(
      ({ digest, sizeBytes }) => `deleted: part-download ${digest} (${humanSize(sizeBytes)})`,
    ),
  ];
}
