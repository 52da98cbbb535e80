import { createHash, hash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { openRegularFile } from '../../host/open-regular-file.ts';
import { contentKey } from '../tree/content-key.ts';
import { type FileContent, fileDigest } from '../tree/file-digest.ts';
import type { TreeEntry } from '../tree/file-tree.ts';
import type { KnownContents } from '../tree/known-contents.ts';
import type { Pacer } from '../tree/pacer.ts';
import type { SelectedEntry, Selection } from '../tree/selection.ts';
import { KeptFiles } from './kept-files.ts';

/** How many selections (a COPY of a context) are remembered; the oldest go first. */
const keptSelections = 500;
const magic = 'gantry-context-1';

/**
 * Remembers what the files of a context hold, so that an unchanged context is checked by `stat` alone. One file per
 * selection: a head with the fingerprint of all stats and the content key, then one record a file (inode, size,
 * mtime, ctime → SHA-256). Times decide nothing but whether a file is read again. A lost or broken cache file costs
 * time only.
 */
export class ContextDigests {
  readonly #files: KeptFiles;

  constructor(cacheDir: string) {
    this.#files = new KeptFiles(join(cacheDir, 'context-stat'), keptSelections);
  }

  /**
   * Content key of the selections. `name` says which COPY of which context it is; `contents` gets to know what the
   * files held.
   */
  async key(
    name: string,
    selections: readonly Selection[],
    contents: KnownContents,
    pacer: Pacer,
  ): Promise<string> {
    const file = hash('sha256', name, 'hex').slice(0, 40);
    const fingerprint = fingerprintOf(selections);
    const head = readHead(this.#files.path(file));
    const recallFromFile = (): void => {
      let stored: ReadonlyMap<string, string> | undefined;
      contents.recallFrom((entry) => {
        stored ??= parseRecords(this.#files.read(file));
        return asContent(entry, stored.get(stampOf(entry)));
      });
    };
    if (head?.fingerprint === fingerprint) {
      recallFromFile();
      return head.key;
    }

    const known = parseRecords(this.#files.read(file));
    const records = new TextPieces();
    let isTrusted = true;
    const digest = (entry: SelectedEntry): string | Promise<string> => {
      const stamp = stampOf(entry);
      const startedMs = Date.now();
      const keep = (read: FileContent): string => {
        if (!read.isAsListed || !isSettled(entry, startedMs)) {
          isTrusted = false;
          contents.note(entry, read);
        } else {
          records.add(`${stamp}\0${read.digest}\0\0`);
        }
        return read.digest;
      };
      const read = asContent(entry, known.get(stamp)) ?? fileDigest(entry);
      return read instanceof Promise ? read.then(keep) : keep(read);
    };
    const key = await contentKey(selections, { owners: false, contents, digest, pacer });
    const headLine = [magic, isTrusted ? fingerprint : '-', key].join(' ');
    this.#files.write(file, [Buffer.from(`${headLine}\n`), ...records.take()]);
    recallFromFile();
    return key;
  }
}

/** Text that grows by small parts, kept as bytes: parts of their own would take several times their length. */
class TextPieces {
  readonly #pieces: Buffer[] = [];
  #open = '';

  add(part: string): void {
    this.#open += part;
    if (this.#open.length < 64 * 1024) return;
    this.#pieces.push(Buffer.from(this.#open));
    this.#open = '';
  }

  take(): readonly Buffer[] {
    return [...this.#pieces, Buffer.from(this.#open)];
  }
}

/** How many entries are hashed at a time. */
const batchEntries = 1024;

/** Changes whenever a name or a stat does. Extended attributes count through ctime. */
function fingerprintOf(selections: readonly Selection[]): string {
  const state = createHash('sha256');
  const numbers = new Float64Array(batchEntries * 8);
  for (const { name, entries } of selections) {
    state.update(`\0${JSON.stringify(name)}\0${entries.length}\0`);
    for (let begin = 0; begin < entries.length; begin += batchEntries) {
      const batch = entries.slice(begin, begin + batchEntries);
      let at = 0;
      for (const { stats } of batch) {
        numbers[at] = stats.dev;
        numbers[at + 1] = stats.ino;
        numbers[at + 2] = stats.mode;
        numbers[at + 3] = stats.size;
        numbers[at + 4] = stats.mtimeMs;
        numbers[at + 5] = stats.ctimeMs;
        numbers[at + 6] = stats.uid;
        numbers[at + 7] = stats.gid;
        at += 8;
      }
      state.update(numbers.subarray(0, at)).update(batch.map(({ relative }) => relative).join('\0'));
    }
  }
  return state.digest('hex');
}

function stampOf({ path, stats }: TreeEntry): string {
  return `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${path.toWellFormed()}`;
}

function asContent({ stats }: TreeEntry, digest: string | undefined): FileContent | undefined {
  return digest === undefined ? undefined : { sizeBytes: stats.size, digest, isAsListed: true };
}

/**
 * A file written again within one tick of the file system's clock keeps its stat: only what is older than that may be
 * believed by its stat later. File systems that count in whole seconds get two of them.
 */
function isSettled({ stats }: SelectedEntry, readMs: number): boolean {
  const tickMs = stats.ctimeMs % 1000 === 0 ? 2_000 : 50;
  return stats.ctimeMs < readMs - tickMs;
}

function readHead(path: string): { readonly fingerprint: string; readonly key: string } | undefined {
  const buffer = Buffer.alloc(256);
  let length: number;
  try {
    const fd = openRegularFile(path);
    try {
      length = readSync(fd, buffer);
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
  const match = /^gantry-context-1 ([0-9a-f]{64}) ([0-9a-f]{64})\n/.exec(
    buffer.toString('latin1', 0, length),
  );
  return match === null ? undefined : { fingerprint: match[1] as string, key: match[2] as string };
}

/** Piece by piece: all records in an array of their own would take as much again. */
function parseRecords(text = ''): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  if (!text.startsWith(`${magic} `)) return records;
  for (let at = text.indexOf('\n') + 1; at > 0 && at < text.length; ) {
    const end = text.indexOf('\0\0', at);
    const record = text.slice(at, end < 0 ? text.length : end);
    const middle = record.indexOf('\0');
    const digest = record.slice(middle + 1);
    if (middle >= 0 && /^[0-9a-f]{64}$/.test(digest)) records.set(record.slice(0, middle), digest);
    if (end < 0) break;
    at = end + 2;
  }
  return records;
}
