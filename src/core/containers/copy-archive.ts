import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { CopyReport } from '../../engine/container-files.ts';
import type { CallOptions } from '../../engine/operation.ts';
import { copyError } from '../files/copy-error.ts';
import { findPlace } from '../files/find-place.ts';
import { runCopy } from '../files/run-copy.ts';
import { detectSource } from '../layers/decompress.ts';
import { packLayer } from '../layers/diff-layer.ts';
import { openChild } from '../layers/held-folder.ts';
import { byteString } from '../layers/tar/byte-string.ts';
import type { ContainerContext } from './container-context.ts';
import { openContainerRoot } from './container-root.ts';
import { findSource, type OpenEnd, readEndPath, readOnlyError } from './copy-files.ts';

/** The port's `readArchive`. The container's root is held until it has been read, or is left. */
export async function* readArchive(
  context: ContainerContext,
  id: string,
  path: string,
  { followLinks = false, signal }: CallOptions & { readonly followLinks?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  using root = await openContainerRoot(context, id, signal);
  const end: OpenEnd = {
    rootFd: root.fd,
    record: root.record,
    path: readEndPath(path),
    shown: `${id}:${path}`,
  };
  using place = findSource(end, followLinks);
  const name = end.path.contentOnly ? '.' : posix.basename(end.path.path) || '.';
  const source = { folderFd: place.folder.fd, name: place.name, as: byteString(name) };
  yield* packLayer(source, { compression: 'none', signal }).chunks;
}

/** The port's `writeArchive`. */
export async function writeArchive(
  context: ContainerContext,
  id: string,
  path: string,
  archive: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<CopyReport> {
  using root = await openContainerRoot(context, id, signal);
  const end: OpenEnd = {
    rootFd: root.fd,
    record: root.record,
    path: readEndPath(path),
    shown: `${id}:${path}`,
  };
  using place = findPlace(root.fd, end.path.path, true);
  if (place?.stats?.isDirectory() !== true) {
    throw copyError('not-a-folder', `destination "${id}:${path}" must be a directory`);
  }
  using folder = openChild(place.folder, place.name);
  try {
    return await runCopy(
      {
        source: await plainTar(archive),
        target: {
          folderFd: folder.fd,
          as: '.',
          root: { fd: root.fd, path: byteString(end.path.path) },
        },
        options: { rights: 'as-they-were', devices: true, updateFolders: true },
      },
      signal,
    );
  } catch (error) {
    throw readOnlyError(error, end);
  }
}

/** In this process: a program looked up inside a container would be the container's (CVE-2026-41567). */
async function plainTar(archive: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { kind, rest } = await detectSource(archive);
  if (kind === 'none') return rest;
  const unpack = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  const source = Readable.from(rest);
  source.once('error', (error) => unpack.destroy(error));
  return source.pipe(unpack);
}
