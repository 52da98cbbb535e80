import {
  closeSync,
  copyFileSync,
  createReadStream,
  fstatSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { isErrorCode } from '../../../base/is-error-code.ts';
import { documentLimitBytes } from '../../../oci/decode-json.ts';
import { decodeManifestDocument } from '../../../oci/decode-manifest.ts';
import { type Digest, digestAlgorithm, digestHex } from '../../../oci/digest.ts';
import type { Manifest } from '../../../oci/manifest.ts';
import { mediaTypes } from '../../../oci/media-types.ts';
import { sha256 } from '../../../oci/sha256.ts';
import { writeFileWhole } from '../../host/durable-file.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { openRegularFile } from '../../host/open-regular-file.ts';
import { randomHex } from '../../host/random-hex.ts';
import { isErrno } from '../../host/system-error.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { CachePlace } from './cache-place.ts';

/** An OCI layout (image-spec image-layout.md) in a folder, with one manifest: the cache. */
export function folderPlace(
  { services: { content }, lease, signal }: BuildSession,
  folder: string,
): CachePlace {
  const blob = (digest: Digest): string => join(folder, 'blobs', digestAlgorithm(digest), digestHex(digest));
  const read = (path: string): Uint8Array => {
    const fd = open(path);
    if (fd === undefined) throw missing(folder);
    try {
      if (fstatSync(fd).size <= documentLimitBytes) return readFileSync(fd);
    } finally {
      closeSync(fd);
    }
    throw missing(folder);
  };
  return {
    name: folder,
    async readManifest(): Promise<Manifest> {
      const decoded = decodeManifestDocument(read(join(folder, 'index.json')), mediaTypes.index);
      const entry = decoded.kind === 'index' ? decoded.index.manifests[0] : undefined;
      if (entry === undefined) throw missing(folder);
      const bytes = read(blob(entry.digest));
      const document = decodeManifestDocument(bytes, entry.mediaType);
      if (document.kind !== 'manifest' || sha256(bytes) !== entry.digest) throw missing(folder);
      return document.manifest;
    },
    async bring({ digest, size }) {
      lease.protect({ kind: 'content', key: digest });
      if (content.has(digest)) return;
      await using ingest = await content.ingest({ digest, sizeBytes: size }, { signal });
      const fd = open(blob(digest));
      if (fd === undefined) throw noBlob(digest);
      const from = createReadStream('', { fd, start: ingest.offset, signal });
      for await (const chunk of from as AsyncIterable<Uint8Array>) await ingest.write(chunk);
      await ingest.commit();
    },
    async put({ digest, size }) {
      const path = blob(digest);
      if (statSync(path, { throwIfNoEntry: false })?.size === size) return;
      makeFolders(dirname(path));
      const unfinished = `${path}.${randomHex(6)}.tmp`;
      copyFileSync(content.path(digest), unfinished);
      renameSync(unfinished, path);
    },
    async putManifest(bytes, digest) {
      writeFileWhole(blob(digest), bytes, { mode: 0o644 });
      const entry = { mediaType: mediaTypes.manifest, digest, size: bytes.length };
      const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [entry] };
      writeFileWhole(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}', { mode: 0o644 });
      writeFileWhole(join(folder, 'index.json'), JSON.stringify(index), { mode: 0o644 });
    },
  };
}

/** Undefined: there is no regular file. A pipe or a folder may lie in its place. */
function open(path: string): number | undefined {
  try {
    return openRegularFile(path);
  } catch (error) {
    if (isErrorCode(error, 'not-a-file')) return undefined;
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) return undefined;
    throw error;
  }
}

function noBlob(digest: Digest): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-cache',
    message: `it has no blob ${digest}`,
  });
}

function missing(folder: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-cache',
    message: `could not read ${folder}/index.json: there is no cache`,
  });
}
