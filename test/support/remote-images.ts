import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { RegistryClient, RepositoryClient } from '../../src/core/registry/registry-client.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import type { Digest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { sha256 } from '../../src/oci/sha256.ts';
import { makeTar, type TarMember } from './tar-fixture.ts';

const signal = new AbortController().signal;

/** Puts documents and layers on a registry by hand, in forms that no tool at hand makes. */
export interface RemoteRepository {
  readonly client: RepositoryClient;
  blob(bytes: Uint8Array, mediaType: string): Promise<Descriptor>;
  /** By digest, or under a tag. */
  manifest(
    document: object,
    options?: { readonly tag?: string; readonly type?: string },
  ): Promise<Descriptor>;
  image(sketch: RemoteImage): Promise<Descriptor>;
}

export interface RemoteImage {
  readonly tag?: string;
  readonly architecture?: string;
  /** The bytes of each layer as they lie on the registry, with their type; a list of files is a gzip layer. */
  readonly layers: readonly (
    | readonly TarMember[]
    | { readonly bytes: Uint8Array; readonly tar: Uint8Array; readonly type: string }
  )[];
}

/** `name`: `HOST/PATH`. */
export function remoteRepository(registry: RegistryClient, name: string): RemoteRepository {
  const { domain, path } = parseReference(name);
  const client = registry.repository(domain, path, 'push');
  const repository: RemoteRepository = {
    client,
    async blob(bytes, mediaType) {
      const descriptor = { mediaType, digest: sha256(bytes), size: bytes.length };
      const open = ({ start = 0, end }: { start?: number; end?: number | undefined }) =>
        Readable.from([bytes.subarray(start, end)]);
      await client.pushBlob(descriptor, { signal, open });
      return descriptor;
    },
    async manifest(document, { tag, type = mediaTypes.manifest } = {}) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, ...document }));
      const digest = sha256(bytes);
      await client.pushManifest(tag ?? digest, type, bytes, signal);
      return { mediaType: type, digest, size: bytes.length };
    },
    async image({ tag, architecture = process.arch === 'arm64' ? 'arm64' : 'amd64', layers }) {
      const descriptors: Descriptor[] = [];
      const diffIds: Digest[] = [];
      for (const layer of layers) {
        const tar = 'tar' in layer ? layer.tar : makeTar(layer);
        const bytes = 'bytes' in layer ? layer.bytes : gzipSync(tar);
        descriptors.push(await repository.blob(bytes, 'type' in layer ? layer.type : mediaTypes.layerGzip));
        diffIds.push(sha256(tar));
      }
      const config = { architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: diffIds } };
      const document = {
        config: await repository.blob(Buffer.from(JSON.stringify(config)), mediaTypes.config),
        layers: descriptors,
      };
      return repository.manifest(document, tag === undefined ? {} : { tag });
    },
  };
  return repository;
}
