import { rmSync } from 'node:fs';
import { isErrorKind } from '../../base/is-error-code.ts';
import { writeFileWhole } from '../host/durable-file.ts';
import { readRegularFile } from '../host/read-regular-file.ts';
import { isErrno } from '../host/system-error.ts';
import { type ByteRange, ByteRanges } from './byte-ranges.ts';

const suffix = '.ranges';
/** A map is of some dozen holes. */
const mostMapBytes = 1 << 20;

/** The ingest that a file in the folder of ingests belongs to: itself, or the one whose map it is or was to become. */
export function ingestNameOf(fileName: string): string {
  return fileName.replace(/\.ranges(?:\.[0-9a-f]+\.tmp)?$/, '');
}

/**
 * The map beside an ingest that has holes: which of its bytes are there. Written before the first byte that leaves a
 * hole, and gone before the file counts as whole; it may tell of less than is there, never of more. `none`: the file
 * has no holes; undefined: the map is damaged, and nothing of the file can be trusted.
 */
export function readRangeFile(ingestPath: string, sizeBytes: number): ByteRanges | 'none' | undefined {
  let text: string;
  try {
    text = readRegularFile(ingestPath + suffix, mostMapBytes).toString();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'none';
    if (isErrno(error, 'ELOOP', 'ENXIO') || isErrorKind(error, 'corrupt')) return undefined;
    throw error;
  }
  const ranges = parse(text);
  return ranges?.every(({ start, end }) => start >= 0 && start < end && end <= sizeBytes)
    ? new ByteRanges(ranges)
    : undefined;
}

export function writeRangeFile(ingestPath: string, ranges: ByteRanges): void {
  const list = ranges.list.map(({ start, end }) => [start, end]);
  // A map lost in a power cut leaves bytes that fail their digest and are fetched anew.
  writeFileWhole(ingestPath + suffix, JSON.stringify(list), { durable: false });
}

export function removeRangeFile(ingestPath: string): void {
  rmSync(ingestPath + suffix, { force: true });
}

function parse(text: string): readonly ByteRange[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    const ranges = list.map((item: unknown) => (Array.isArray(item) ? { start: item[0], end: item[1] } : {}));
    return ranges.every(isRange) ? ranges : undefined;
  } catch {
    return undefined;
  }
}

function isRange(range: { start?: unknown; end?: unknown }): range is ByteRange {
  return Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end);
}
