import { filterKeys } from '../../engine/filter-keys.ts';
import type { Images } from '../../engine/images.ts';
import { newTag } from '../../oci/new-name.ts';
import { requireStoreFolders } from '../host/store-folders.ts';
import { makeRoom } from '../metadata/reserve.ts';
import type { GarbageRoots, GarbageServices } from './garbage.ts';
import type { Image, ImageStore } from './image-store.ts';
import { type ContainerUsage, summarizeImage } from './summarize-image.ts';

/** What moves images between here and elsewhere; it stands upon this folder and is put beside it by whoever composes. */
export type ImageTransfers = Pick<Images, 'pull' | 'push' | 'copy' | 'load' | 'save' | 'import'>;

export interface ImagesServices extends GarbageServices {
  readonly images: ImageStore;
}

export interface ImagesDeps {
  readonly usage: ContainerUsage;
  /** What else keeps layers and blobs alive: the build cache. */
  readonly roots: readonly GarbageRoots[];
  readonly transfers: ImageTransfers;
}

/** The port's images on the embedded engine. What only some commands need is loaded by them. */
export function createImages(services: ImagesServices, { usage, roots, transfers }: ImagesDeps): Images {
  const { images } = services;
  const context = () => ({
    nowMs: Date.now(),
    resolve: (reference: string): Image => images.resolve(reference),
  });
  return {
    ...transfers,
    async list({ filters = {}, layers = true } = {}) {
      const { filterImages } = await import('./image-filters.ts');
      const users = usage.counts();
      return filterImages(layers ? images.list() : images.outlines(), filters, filterKeys.images, context())
        .map(({ image, references }) => ({ image, references, createdMs: Date.parse(image.createdAt) }))
        .sort((a, b) => b.createdMs - a.createdMs)
        .map(({ image, references }) => summarizeImage(image, users.get(image.id) ?? 0, references));
    },
    async inspect(reference) {
      const image = images.resolve(reference);
      const { layersOf } = await import('./image-history.ts');
      const layerDetails = await layersOf(image, services.snapshots);
      return { ...summarizeImage(image, usage.of(image.id).length), config: image.config, layerDetails };
    },
    async history(reference) {
      const image = images.resolve(reference);
      const { historyOf, layersOf } = await import('./image-history.ts');
      return historyOf(image, await layersOf(image, services.snapshots));
    },
    async diff(before, after, options = {}) {
      const { compareImages } = await import('./compare-images.ts');
      return compareImages(services.snapshots, images.resolve(before), images.resolve(after), options);
    },
    async tag(source, target) {
      images.tag(source, newTag(target));
    },
    async remove(reference, { force = false, signal } = {}) {
      const { removeImage } = await import('./remove-image.ts');
      const { collectGarbage } = await import('./prune-images.ts');
      requireStoreFolders(services.dirs);
      makeRoom(services.dirs.database);
      const steps = removeImage(services.metadata, usage, { reference, force });
      const isDeleted = steps.some(({ action }) => action === 'deleted');
      return isDeleted ? [...steps, ...(await collectGarbage(services, roots, signal))] : steps;
    },
    async prune({ all = false, filters = {}, dryRun = false, withoutContainers = [], signal } = {}) {
      const { pruneImages } = await import('./prune-images.ts');
      return pruneImages(services, usage, roots, {
        all,
        filters,
        dryRun,
        goneContainers: new Set(withoutContainers),
        signal,
      });
    },
  };
}
