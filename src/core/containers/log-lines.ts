import type { FileHandle } from 'node:fs/promises';
import type { LogEntry } from '../../engine/containers.ts';
import { endsLine, parseLogRecord } from './log-line.ts';

const newline = 0x0a;
const blockBytes = 64 * 1024;
/** conmon writes records of 8 KiB; what is longer is no record, and must not fill the memory. */
const longestRecordBytes = 1024 * 1024;

/** Reads what was written, on from where it stands. */
export class LogReader {
  readonly #file: FileHandle;
  #offset: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: FileHandle, offset: number) {
    this.#file = file;
    this.#offset = offset;
  }

  /**
   * The entries of all records that are whole by now, a block of the file at a time, whose memory they share. What is
   * being written right now comes with the next call; what is no record is passed over.
   */
  async *read(): AsyncGenerator<readonly LogEntry[]> {
    for (;;) {
      const buffer = Buffer.allocUnsafeSlow(blockBytes);
      const { bytesRead } = await this.#file.read(buffer, 0, blockBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      let block = buffer.subarray(0, bytesRead);
      if (this.#rest.length > 0) block = Buffer.concat([this.#rest, block]);
      const entries: LogEntry[] = [];
      let start = 0;
      for (let end = block.indexOf(newline); end >= 0; end = block.indexOf(newline, start)) {
        const entry = parseLogRecord(block, start, end);
        if (entry !== undefined) entries.push(entry);
        start = end + 1;
      }
      this.#rest = block.length - start > longestRecordBytes ? Buffer.alloc(0) : block.subarray(start);
      if (entries.length > 0) yield entries;
    }
  }
}

/**
 * Where the last `lines` lines of a log begin, found from its end: of a large file only the tail is read. A line in
 * pieces counts once. `found` is less than `lines` when the file has no more; the offset is then 0.
 */
export async function tailOffset(
  file: FileHandle,
  sizeBytes: number,
  lines: number,
): Promise<{ readonly offset: number; readonly found: number }> {
  if (lines <= 0) return { offset: sizeBytes, found: 0 };
  let found = 0;
  let position = sizeBytes;
  let carried: Uint8Array = new Uint8Array(0);
  while (position > 0) {
    const length = Math.min(blockBytes, position);
    position -= length;
    const block = Buffer.allocUnsafe(length);
    await file.read(block, 0, length, position);
    const bytes = Buffer.concat([block, carried]);
    let end = bytes.length;
    while (end > 0) {
      // The record before `end` begins behind the newline before its own.
      const start = bytes.lastIndexOf(newline, end - 2) + 1;
      if (end < 2 || (start === 0 && position > 0)) break;
      const isLast = position + end === sizeBytes;
      if (endsLine(bytes.subarray(start, end))) {
        if (found === lines) return { offset: position + end, found };
        found += 1;
      } else if (isLast) {
        found += 1;
      }
      end = start;
    }
    carried = bytes.subarray(0, end);
    if (carried.length > longestRecordBytes) carried = new Uint8Array(0);
  }
  return { offset: 0, found };
}
