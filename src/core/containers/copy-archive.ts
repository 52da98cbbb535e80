import { posix } from 'node:path';
import type { CopyReport } from '../../engine/container-files.ts';
import type { CallOptions } from '../../engine/operation.ts';
import { copyError } from '../files/copy-error.ts';
import { findPlace } from '../files/find-place.ts';
import { plainTar } from '../files/plain-tar.ts';
import { runCopy } from '../files/run-copy.ts';
import { packLayer } from '../layers/diff-layer.ts';
import { openChild } from '../layers/held-folder.ts';
import { byteString } from '../layers/tar/byte-string.ts';
import { eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { type ContainerRoot, openContainerRoot } from './container-root.ts';
import { findSource, type OpenEnd, readEndPath, readOnlyError } from './copy-files.ts';
import { tell } from './tell.ts';

/** The port's `readArchive`. The container's root is held until it has been read, or is left. */
export async function* readArchive(
  context: ContainerContext,
  id: string,
  path: string,
  { followLinks = false, signal }: CallOptions & { readonly followLinks?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  using root = await openContainerRoot(context, id, signal);
  const end = endOf(root, id, path);
  using place = findSource(end, followLinks);
  tell(context, { type: 'container.read', ...eventOf(root.record) });
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
  const end = endOf(root, id, path);
  using place = findPlace(root.fd, end.path.path, true);
  if (place?.stats?.isDirectory() !== true) {
    throw copyError('not-a-folder', `destination "${id}:${path}" must be a directory`);
  }
  using folder = openChild(place.folder, place.name);
  tell(context, { type: 'container.written', ...eventOf(root.record) });
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

function endOf({ fd, record }: ContainerRoot, id: string, path: string): OpenEnd {
  return { rootFd: fd, record, path: readEndPath(path), shown: `${id}:${path}` };
}
