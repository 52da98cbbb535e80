import { linkSync, renameSync, rmSync, statSync } from 'node:fs';
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
      hint:
        driver === 'journald'
          ? 'gantry keeps logs itself and hands none to the journal: json-file, local or none.'
          : 'Known: json-file, local, k8s-file (all the same here) and none.',
    });
  }
  checkOptions(driver || 'json-file', spec.logOptions ?? {});
  const size = spec.logOptions?.['max-size'];
  return { maxBytes: size === undefined ? defaultMaxBytes : parseMaxSize(size) };
}

/** How many files are kept: what is written, and what the last turn replaced. */
const keptFiles = 2;
/** Docker's for these drivers. Those beside the size say what goes into messages for other programs. */
const knownOptions = new Set([
  'max-size',
  'max-file',
  'compress',
  'labels',
  'labels-regex',
  'env',
  'env-regex',
  'tag',
  'mode',
  'max-buffer-size',
]);

function checkOptions(driver: string, options: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!knownOptions.has(name)) throw badOption(`unknown log opt '${name}' for ${driver} log driver`);
    if (name === 'max-file' && !/^[1-9]\d{0,8}$/.test(value)) {
      throw badOption(`invalid value for max-file: ${JSON.stringify(value.slice(0, 40))}`);
    }
  }
}

/** What of the options does nothing here. */
export function logWarnings({ logOptions = {} }: Pick<ContainerSpec, 'logOptions'>): readonly string[] {
  const ignored = Object.keys(logOptions).filter((name) => !['max-size', 'max-file'].includes(name));
  const files = Number(logOptions['max-file'] ?? keptFiles);
  return [
    ...(files > keptFiles
      ? [`log opt max-file=${files}: ${keptFiles} files are kept; a larger max-size keeps more`]
      : []),
    ...ignored.map((name) => `log opt ${name} has no effect here`),
  ];
}

/** `10m`, `1g`, `500k`; `-1` for no limit. */
function parseMaxSize(text: string): number | undefined {
  if (text === '-1') return undefined;
  const match = /^(\d+(?:\.\d+)?) ?([bkmgt]?)b?$/i.exec(text);
  if (match === null) {
    throw badOption(`invalid value for max-size: invalid size: '${text.slice(0, 40)}'`);
  }
  const unit = 'bkmgt'.indexOf((match[2] || 'b').toLowerCase());
  return Math.max(smallestMaxBytes, Math.floor(Number(match[1]) * 1024 ** unit));
}

function badOption(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-log-option', message });
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

/** All of them go; for one that does not run. */
export function removeLogs(dir: string): void {
  for (const path of [logPath(dir), nextPath(dir), olderPath(dir)]) rmSync(path, { force: true });
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
