import type { CachePlaceName } from '../../../engine/builds.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { Manifest } from '../../../oci/manifest.ts';
import type { BuildSession } from '../solver/build-session.ts';

/** Somewhere caches lie: a repository of a registry, or an OCI layout in a folder. */
export interface CachePlace {
  /** For messages. */
  readonly name: string;
  /** Rejects `not-found` where there is no cache yet. */
  readManifest(): Promise<Manifest>;
  /** Brings a blob into the content store, verified; the build's lease keeps it. */
  bring(descriptor: Descriptor): Promise<void>;
  /** Takes a blob of the content store there, unless it is there. */
  put(descriptor: Descriptor): Promise<void>;
  /** Comes last: from now on it is the cache. */
  putManifest(bytes: Uint8Array, digest: Digest): Promise<void>;
}

/** As whoever typed it knows it. */
export function cachePlaceWords(name: CachePlaceName): string {
  return name.type === 'local' ? name.path : name.reference;
}

/** `access`: what a registry is to let us do. */
export async function openCachePlace(
  session: BuildSession,
  name: CachePlaceName,
  access: 'pull' | 'push',
): Promise<CachePlace> {
  if (name.type === 'local') {
    const { folderPlace } = await import('./folder-place.ts');
    return folderPlace(session, name.path);
  }
  const { registryPlace } = await import('./registry-place.ts');
  return registryPlace(session, name.reference, access);
}
