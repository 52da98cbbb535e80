import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSpec } from '../../engine/containers.ts';
import { isErrno } from '../host/system-error.ts';

/** Without options: 1 GB at least. A container that writes for ever must not fill the disk. */
const defaultLimit = { maxBytes: 200 * 1024 * 1024, files: 6 };
/** Docker's for its driver `local`. */
const localLimit = { maxBytes: 20 * 1024 * 1024, files: 5 };
const smallestMaxBytes = 64 * 1024;

/** The file the monitor writes. */
export function logPath(dir: string): string {
  return join(dir, 'ctr.log');
}

/** What is kept of a log. */
export interface LogSettings {
  /** The file that is written is turned when it has so much. Undefined: never. */
  readonly maxBytes: number | undefined;
  /** So many files in all, as Docker counts: full ones are kept beside the one that is written. */
  readonly files: number;
  /** By the user, who wants it to be kept from the beginning. */
  readonly isChosen: boolean;
}

/**
 * What `--log-driver` and `--log-opt` say: undefined when nothing is kept.
 * Throws `invalid` / `bad-log-option`, `unsupported` / `log-driver`.
 */
export function logSettings(spec: Pick<ContainerSpec, 'logDriver' | 'logOptions'>): LogSettings | undefined {
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
  const { 'max-size': size, 'max-file': files } = spec.logOptions ?? {};
  const limit = driver === 'local' ? localLimit : size === undefined ? defaultLimit : { files: 1 };
  return {
    maxBytes: undefined,
    ...limit,
    ...(size !== undefined && { maxBytes: parseMaxSize(size) }),
    ...(files !== undefined && { files: Number(files) }),
    isChosen: driver === 'local' || size !== undefined,
  };
}

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

/** The size and how many files are kept, and what `logs --details` shows. */
const effective = new Set(['max-size', 'max-file', 'labels', 'labels-regex', 'env', 'env-regex']);

/** What of the options does nothing here. */
export function logWarnings({ logOptions = {} }: Pick<ContainerSpec, 'logOptions'>): readonly string[] {
  const ignored = Object.keys(logOptions).filter((name) => !effective.has(name));
  return ignored.map((name) => `log opt ${name} has no effect here`);
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

/** The files there are, newest first: the one that is written, then those it replaced. */
export function logParts(dir: string): readonly string[] {
  const path = logPath(dir);
  const older = namesIn(dir)
    .filter((name) => /^ctr\.log\.[1-9]\d*$/.test(name))
    .map((name) => Number(name.slice('ctr.log.'.length)))
    .toSorted((a, b) => a - b);
  return [path, ...older.map((number) => `${path}.${number}`)];
}

/** None when the folder has gone with its container. */
function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

/** All of them go; for one that does not run. */
export function removeLogs(dir: string): void {
  for (const path of logParts(dir)) rmSync(path, { force: true });
}
