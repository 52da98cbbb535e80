import type { RemovedImage } from '../../../engine/images.ts';

/** `Untagged: web:1`, `Deleted: sha256:…` */
export function removedImageLine({ action, target }: RemovedImage): string {
  return `${action === 'untagged' ? 'Untagged' : 'Deleted'}: ${target}`;
}

/** As a prune lists them: `untagged: web:1`, `deleted: sha256:…` */
export function prunedImageLine({ action, target }: RemovedImage): string {
  return `${action}: ${target}`;
}
