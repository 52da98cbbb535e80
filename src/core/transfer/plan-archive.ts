import { closeSync, readSync } from 'node:fs';
import { decodeImageConfig } from '../../oci/decode-image-config.ts';
import { documentLimitBytes } from '../../oci/decode-json.ts';
import type { DiffId } from '../../oci/digest.ts';
import { sha256 } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { openRegularFile } from '../host/open-regular-file.ts';
import { detectCompression, magicBytes } from '../layers/compression.ts';
import { TarParser } from '../layers/tar/tar-parser.ts';
import type { Lease } from '../metadata/metadata.ts';
import { ArchiveLinks, archiveName, blobDigest, mostArchivedFiles } from './archive-names.ts';
import { findArchivedImages } from './find-archived-images.ts';
import { badArchive, type ImageArchive } from './read-archive.ts';

/** A layer that an archive says it has. */
export interface PlannedLayer {
  /** Name of its file in the archive. */
  readonly file: string;
  readonly diffId: DiffId;
  readonly isPlain: boolean;
}

/** A file's content in the archive. */
interface Stretch {
  readonly start: number;
  readonly sizeBytes: number;
}

const blockBytes = 512;
/** An archive whose headers take more reads than this is none that anybody made for us. */
const mostReads = 4 * mostArchivedFiles;

/**
 * What an archive's own index says of its layers, lowest first, image by image, before the archive is read: in a plain
 * tar that is a file one can leap over what lies before the index. Nothing is proven by it; whoever acts on it compares
 * what then comes. An archive that is not like that, or broken, has an empty plan: reading it will tell why.
 */
export async function planArchive(
  services: Pick<CoreServices, 'content' | 'metadata'>,
  lease: Lease,
  path: string,
): Promise<readonly (readonly PlannedLayer[])[]> {
  let fd: number;
  try {
    fd = openRegularFile(path);
  } catch {
    return [];
  }
  try {
    const archive = indexArchive(fd);
    const images = await findArchivedImages({ services, lease, archive });
    const plans: (readonly PlannedLayer[])[] = [];
    for (const { config, layers } of images) {
      const { rootfs } = decodeImageConfig(await archive.read(config));
      plans.push(
        rootfs.diff_ids.map((diffId, at) => ({ diffId, ...archive.describeLayer(layers[at] ?? '') })),
      );
    }
    return plans;
  } catch {
    return [];
  } finally {
    closeSync(fd);
  }
}

interface IndexedArchive extends ImageArchive {
  describeLayer(name: string): Pick<PlannedLayer, 'file' | 'isPlain'>;
}

function indexArchive(fd: number): IndexedArchive {
  const files = new Map<string, Stretch>();
  const links = new ArchiveLinks();
  const parser = new TarParser();
  const block = Buffer.alloc(blockBytes);
  let reads = 0;
  for (let at = 0; readSync(fd, block, 0, blockBytes, at) === blockBytes; at += parser.skip()) {
    at += blockBytes;
    reads += 1;
    if (reads > mostReads || files.size + links.count > mostArchivedFiles) throw badArchive('too many files');
    for (const event of parser.feed(block)) {
      if (event.kind !== 'entry') continue;
      links.add(event.entry);
      const { path, type, sizeBytes } = event.entry;
      if (type === 'file') files.set(archiveName(path), { start: at, sizeBytes });
    }
  }
  const resolve = (name: string): string => links.resolve(name, (path) => files.has(path));
  const read = (name: string, mostBytes: number): Buffer => {
    const stretch = files.get(resolve(name));
    if (stretch === undefined) throw badArchive(`${name} is missing in it`);
    const bytes = Buffer.alloc(Math.min(stretch.sizeBytes, mostBytes));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, stretch.start));
  };
  return {
    find(name) {
      const stretch = files.get(resolve(name));
      if (stretch === undefined) return undefined;
      const { sizeBytes } = stretch;
      const isDocument = sizeBytes <= documentLimitBytes && name.endsWith('.json');
      return {
        sizeBytes,
        digest: blobDigest(name) ?? (isDocument ? sha256(read(name, sizeBytes)) : undefined),
      };
    },
    read: async (name) => read(name, documentLimitBytes),
    describeLayer: (name) => ({
      file: resolve(name),
      isPlain: detectCompression(read(name, magicBytes)) === 'none',
    }),
    keep: () => Promise.reject(badArchive('only its index has been read')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
