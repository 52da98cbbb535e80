import type { ImagePruneReport, RemovedImage } from '../../../engine/images.ts';
import { humanSize } from '../format/human-size.ts';

/** `Untagged: web:1`, `Deleted: sha256:…` */
export function removedImageLine({ action, target }: RemovedImage): string {
  return `${action === 'untagged' ? 'Untagged' : 'Deleted'}: ${target}`;
}

/** As a prune lists them: `untagged: web:1`, `deleted: sha256:…`, `deleted: part-download sha256:… (2MB)` */
export function prunedImageLines({ removed, partDownloads }: ImagePruneReport): readonly string[] {
  return [
    ...removed.map(({ action, target }) => `${action}: ${target}`),
    ...partDownloads.map(
      ({ digest, sizeBytes }) => `deleted: part-download ${digest} (${humanSize(sizeBytes)})`,
    ),
  ];
}
