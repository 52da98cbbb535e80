import { closeSync, openSync, readdirSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { plainTar } from '../files/plain-tar.ts';
import { runCopy } from '../files/run-copy.ts';
import { packLayer } from '../layers/diff-layer.ts';
import { folderFlags } from '../layers/held-folder.ts';

/** What is in a volume's folder as a tar, owners, attributes and its own mode included. */
export async function* packVolume(
  dataDir: string,
  compression: 'none' | 'gzip',
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const folderFd = openSync(dataDir, folderFlags);
  try {
    yield* packLayer({ folderFd, name: '.', as: '.' }, { compression, signal }).chunks;
  } finally {
    closeSync(folderFd);
  }
}

/** Unpacks a tar into a volume's folder. Whoever uses the volume meanwhile cannot lead it elsewhere by links. */
export async function unpackVolume(
  dataDir: string,
  archive: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<{ readonly entries: number; readonly bytes: number }> {
  const folderFd = openSync(dataDir, folderFlags);
  try {
    return await runCopy(
      {
        source: await plainTar(archive),
        target: { folderFd, as: '.', root: { fd: folderFd, path: '/' } },
        options: { rights: 'as-they-were', devices: true, updateFolders: true },
      },
      signal,
    );
  } finally {
    closeSync(folderFd);
  }
}

/** Throws `conflict` / `volume-not-empty`. */
export function requireEmpty(name: string, dataDir: string): void {
  if (readdirSync(dataDir).every((entry) => entry === 'lost+found')) return;
  throw new GantryError({
    kind: 'conflict',
    code: 'volume-not-empty',
    message: `volume ${name} is not empty`,
    hint: 'Import into a new one, or use --force to unpack over what is there.',
  });
}
