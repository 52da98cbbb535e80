import type { ImageSummary } from '../../engine/images.ts';
import type { ImageId } from '../../oci/digest.ts';
import { familiarReference, parseReference } from '../../oci/reference.ts';
import type { Image, ImageOutline } from './image-store.ts';

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

/** `references`: the names to show, all of them when undefined. An outline tells of no layers. */
export function summarizeImage(
  image: ImageOutline & Partial<Pick<Image, 'diffIds'>>,
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
    layers: image.diffIds ?? [],
  };
}

/** A canonical name as people write it. */
export function familiar(canonical: string): string {
  // Nearly every name, and needs no parsing.
  if (canonical.startsWith(official) && !canonical.includes('/', official.length))
    return canonical.slice(official.length);
  return familiarReference(parseReference(canonical));
}

const official = 'docker.io/library/';
