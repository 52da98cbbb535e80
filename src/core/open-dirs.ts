import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GantryError } from '../base/gantry-error.ts';
import { type EngineDirs, engineDirs } from './engine-dirs.ts';
import { makeFolders } from './host/make-folders.ts';

export interface DirsRequest {
  /** `--root`: everything lies below it. */
  readonly rootOption?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

const systemRoot = '/var/lib/gantry';

/**
 * Where this user's engine keeps things: what `--root` says, else `GANTRY_ROOT`, else the system's folders for root,
 * else the XDG base directories. Touches nothing.
 */
export function resolveDirs(request: DirsRequest): EngineDirs {
  const { env, uid } = request;
  const chosen = request.rootOption ?? env['GANTRY_ROOT'];
  if (chosen !== undefined && chosen !== '') {
    const root = resolve(chosen);
    // Monitors name the root they belong to, the system's too: it must mean the same folders to them.
    if (uid !== 0 || root !== systemRoot) return engineDirs(root, join(root, 'run'));
  }
  if (uid === 0) return engineDirs(systemRoot, '/run/gantry');
  const data = absolute(env['XDG_DATA_HOME']) ?? join(homeOf(env), '.local/share');
  const run = absolute(env['XDG_RUNTIME_DIR']);
  return engineDirs(join(data, 'gantry'), run === undefined ? `/tmp/gantry-run-${uid}` : join(run, 'gantry'));
}

/**
 * Makes what is missing, for its owner only (0700); a folder that was there keeps its mode. Throws `unavailable` /
 * `root-denied` when one cannot be made or belongs to somebody else, who could put anything there.
 */
export function ensureDirs(dirs: EngineDirs, uid: number): void {
  // Made last, and gone after a boot: where it is the others are.
  if (ownerOf(dirs.run) === uid && ownerOf(dirs.root) === uid) return;
  const { root, content, snapshots, containers, volumes, cache, locks, temp, run } = dirs;
  for (const dir of [root, content, snapshots, containers, volumes, cache, locks, temp, run]) {
    try {
      makeFolders(dir, 0o700);
    } catch (cause) {
      throw denied(dir, cause instanceof Error ? cause.message : String(cause), cause);
    }
    if (ownerOf(dir) !== uid) throw denied(dir, 'it is no folder of this user');
  }
}

function ownerOf(dir: string): number | undefined {
  try {
    const stat = statSync(dir, { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? stat.uid : undefined;
  } catch (cause) {
    throw denied(dir, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function denied(dir: string, why: string, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'root-denied',
    message: `cannot use ${dir}: ${why}`,
    hint: 'run gantry as root, or give it a folder of yours with --root',
    details: { path: dir },
    cause,
  });
}

/** The specification has relative ones ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined;
}

function homeOf(env: DirsRequest['env']): string {
  const home = absolute(env['HOME']);
  if (home !== undefined) return home;
  throw new GantryError({
    kind: 'unavailable',
    code: 'no-home',
    message: 'HOME is not set, so there is no place for images and containers',
    hint: 'set HOME, or give a folder with --root',
  });
}
