import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * Gives a database whose first page is damaged that of a new one. That page holds the header and says where each table
 * begins, which is the same in every file of one format (sqlite.org/fileformat2.html).
 */
export function graftFirstPage(damaged: string, fresh: string): void {
  const page = Buffer.alloc(pageBytes);
  const source = openSync(fresh, 'r');
  try {
    if (readSync(source, page, 0, pageBytes, 0) < pageBytes) return;
  } finally {
    closeSync(source);
  }
  const target = openSync(damaged, 'r+');
  try {
    page.writeUInt32BE(Math.ceil(fstatSync(target).size / pageBytes), header.pageCount);
    page.writeUInt32BE(0, header.firstFreePage);
    page.writeUInt32BE(0, header.freePages);
    writeSync(target, page, 0, pageBytes, 0);
  } finally {
    closeSync(target);
  }
}

/** SQLite's default, which we leave as it is. */
const pageBytes = 4096;
const header = { pageCount: 28, firstFreePage: 32, freePages: 36 } as const;
