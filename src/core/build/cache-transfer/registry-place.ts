import { createReadStream } from 'node:fs';
import { mediaTypes } from '../../../oci/media-types.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { chooseManifest } from '../../transfer/choose-manifest.ts';
import { downloadBlob } from '../../transfer/download-blob.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { CachePlace } from './cache-place.ts';

/** A name in a registry: of a cache by itself, or of an image that has one in its config. */
export async function registryPlace(
  session: BuildSession,
  reference: string,
  access: 'pull' | 'push',
): Promise<CachePlace> {
  const { services, lease, signal, buildPlatform } = session;
  const { content } = services;
  const parsed = withDefaultTag(parseReference(reference));
  const registry = await session.dependencies.registry();
  const repository = registry.repository(parsed.domain, parsed.path, access);
  const tag = parsed.digest ?? parsed.tag ?? 'latest';
  return {
    name: familiarReference(parsed),
    readManifest: async () => (await chooseManifest(repository, tag, buildPlatform, signal)).document,
    async bring(descriptor) {
      lease.protect({ kind: 'content', key: descriptor.digest });
      await downloadBlob({ descriptor, repository, content, tell: () => undefined, signal });
    },
    async put(descriptor) {
      const path = content.path(descriptor.digest);
      await repository.pushBlob(descriptor, {
        signal,
        open: ({ start, end = descriptor.size }) => createReadStream(path, { start, end: end - 1 }),
      });
    },
    async putManifest(bytes) {
      await repository.pushManifest(tag, mediaTypes.manifest, bytes, signal);
    },
  };
}
