import type { Images } from '../engine/images.ts';
import { buildCacheRoots } from './build/solver/cache-roots.ts';
import { containerRecords, imageUsers } from './containers/container-record.ts';
import { isStale } from './containers/settle.ts';
import type { CoreServices } from './core-services.ts';
import { createImages } from './images/create-images.ts';
import type { ContainerUsage } from './images/summarize-image.ts';
import type { RegistryClient } from './registry/registry-client.ts';
import { createTransfers } from './transfer/create-transfers.ts';

/** The port's images, told who uses them: containers by their records, and what the build cache keeps. */
export function assembleImages(services: CoreServices, registry: () => Promise<RegistryClient>): Images {
  return createImages(services, {
    usage: containerUsage(services),
    roots: [buildCacheRoots(services.metadata)],
    transfers: createTransfers(services, { registry }),
  });
}

function containerUsage({ metadata }: CoreServices): ContainerUsage {
  const containers = containerRecords(metadata);
  const users = imageUsers(metadata);
  return (imageId) =>
    [...users.entries(`${imageId}/`)].flatMap(([key]) => {
      const record = containers.get(key.slice(imageId.length + 1));
      if (record === undefined) return [];
      const { id, name } = record;
      return [{ id, name, state: isStale(record) ? 'exited' : record.state }];
    });
}
