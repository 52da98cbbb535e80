import { unlinkSync } from 'node:fs';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { pathBytes } from '../../host/path-text.ts';
import { isErrno } from '../../host/system-error.ts';
import { copySmall } from './copy-content.ts';
import { isSourceFault, openSource, type SourceFile } from './open-source.ts';

/** Regular files of one folder for another; none of them is there. */
export interface SmallFilesBatch {
  /** Folders, as `pathText`. */
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  /** Of all of them: see `TreeEntry`. */
  readonly isExposed: boolean;
  /** Of each file {@link factsOfFile} numbers: as it was listed, then how it is to be. */
  readonly facts: Float64Array;
}

/** Places in `names` of those that were not copied, whatever is the matter with them. */
export type SmallFilesReply = readonly number[];

/** Inode, device, size, mtime and ctime in milliseconds; user, group, mode. */
export const factsOfFile = 8;

/** Batches come in by the port, and a reply to each goes out. */
parentPort?.on('message', ({ port }: { readonly port: MessagePort }) => {
  port.on('message', (batch: SmallFilesBatch) => {
    port.postMessage(copyBatch(batch) satisfies SmallFilesReply);
  });
});

function copyBatch({ from, to, names, isExposed, facts }: SmallFilesBatch): SmallFilesReply {
  const left: number[] = [];
  for (const [index, name] of names.entries()) {
    const [ino, dev, size, mtimeMs, ctimeMs, uid, gid, mode] = facts.subarray(
      index * factsOfFile,
    ) as unknown as Facts;
    const stats = { ino, dev, size, mtimeMs, ctimeMs };
    const source = { path: name, hostPath: `${from}/${name}`, isExposed, stats };
    if (!copyOne(source, `${to}/${name}`, { sizeBytes: size, uid, gid, mode })) left.push(index);
  }
  return left;
}

type Facts = readonly [number, number, number, number, number, number, number, number];

/** False, and nothing is there: it is another file by now, or something went wrong; who asked for it looks what. */
function copyOne(source: SourceFile, target: string, copy: Parameters<typeof copySmall>[2]): boolean {
  try {
    using opened = openSource(source);
    if (copySmall(opened, target, copy).isAsListed) return true;
  } catch (error) {
    // Nothing was made.
    if (isSourceFault(error) || isErrno(error, 'EEXIST')) return false;
  }
  try {
    unlinkSync(pathBytes(target));
  } catch {
    // Tried again, it says what is wrong.
  }
  return false;
}
