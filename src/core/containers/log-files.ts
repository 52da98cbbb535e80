import { linkSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSpec } from '../../engine/containers.ts';
import { isErrno } from '../host/system-error.ts';

/** As much as Docker's `local` driver keeps: a container that writes for ever must not fill the disk. */
const defaultMaxBytes = 100 * 1024 * 1024;
const smallestMaxBytes = 64 * 1024;

/** The file the monitor writes. */
export function logPath(dir: string): string {
  return join(dir, 'ctr.log');
}

/**
 * What `--log-driver` and `--log-opt` say: undefined when nothing is kept, `maxBytes` undefined when without limit.
 * Throws `invalid` / `bad-log-option`, `unsupported` / `log-driver`.
 */
export function logSettings(
  spec: Pick<ContainerSpec, 'logDriver' | 'logOptions'>,
): { readonly maxBytes: number | undefined } | undefined {
  const driver = spec.logDriver ?? 'json-file';
  if (driver === 'none') return undefined;
  if (!['json-file', 'local', 'k8s-file', ''].includes(driver)) {
    throw new GantryError({
      kind: 'unsupported',
      code: 'log-driver',
      message: `logger: no log driver named '${driver}' is registered`,
      hint: 'Known: json-file, local, k8s-file (all the same here) and none.',
    });
  }
  const size = spec.logOptions?.['max-size'];
  return { maxBytes: size === undefined ? defaultMaxBytes : parseMaxSize(size) };
}

/** `10m`, `1g`, `500k`; `-1` for no limit. */
function parseMaxSize(text: string): number | undefined {
  if (text === '-1') return undefined;
  const match = /^(\d+(?:\.\d+)?) ?([bkmgt]?)b?$/i.exec(text);
  if (match === null) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-log-option',
      message: `invalid value for max-size: invalid size: '${text.slice(0, 40)}'`,
    });
  }
  const unit = 'bkmgt'.indexOf((match[2] || 'b').toLowerCase());
  return Math.max(smallestMaxBytes, Math.floor(Number(match[1]) * 1024 ** unit));
}

/**
 * Keeps what rotation would lose. At its limit the monitor puts an empty file in the log's place; a second name of
 * the file (`.next`) keeps the full one, which becomes the older part (`.1`) when somebody looks again. To be called
 * at every look and every start: what fills more than a whole file between two of them is lost, no more.
 */
export function keepRotated(dir: string): void {
  const current = inodeOf(logPath(dir));
  const linked = inodeOf(nextPath(dir));
  if (current === undefined || current === linked) return;
  try {
    if (linked !== undefined) renameSync(nextPath(dir), olderPath(dir));
    linkSync(logPath(dir), nextPath(dir));
  } catch (error) {
    // Another process does the same, or the monitor rotates right now.
    if (!isErrno(error, 'EEXIST', 'ENOENT')) throw error;
  }
}

/** The parts there are, oldest first. */
export function logParts(dir: string): readonly string[] {
  keepRotated(dir);
  return [olderPath(dir), logPath(dir)].filter((path) => inodeOf(path) !== undefined);
}

function olderPath(dir: string): string {
  return `${logPath(dir)}.1`;
}

function nextPath(dir: string): string {
  return `${logPath(dir)}.next`;
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
