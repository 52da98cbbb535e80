import type { ImageSummary } from '../../engine/images.ts';
import type { ImageId } from '../../oci/digest.ts';
import { familiarReference, parseReference } from '../../oci/reference.ts';
import type { ListedImage } from './image-store.ts';

/** Which containers were made from images, whatever their state. */
export interface ContainerUsage {
  of(imageId: ImageId): readonly ImageUser[];
  /** How many use each image that is used at all: one look, for lists. */
  counts(): ReadonlyMap<string, number>;
}

export interface ImageUser {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** `references`: the names to show, all of them when undefined. */
export function summarizeImage(
  image: ListedImage,
  containers: number,
  references = image.references,
): ImageSummary {
  const { os, architecture, variant } = image.config;
  return {
    id: image.id,
    names: references.map(familiar),
    repoDigests: image.repoDigests.map(familiar),
    manifestDigest: image.manifestDigest,
    createdAt: image.createdAt,
    sizeBytes: image.sizeBytes,
    labels: image.config.config?.Labels ?? {},
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    containers,
    layers: image.diffIds,
  };
}

/** A canonical name as people write it. */
export function familiar(canonical: string): string {
  return familiarReference(parseReference(canonical));
}
