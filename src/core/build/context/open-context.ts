import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildSpec } from '../../../engine/builds.ts';
import type { EngineDirs } from '../../engine-dirs.ts';
import { openInRoot } from '../../host/open-in-root.ts';
import { isErrno } from '../../host/system-error.ts';
import { ContextDigests } from './context-digests.ts';
import { ContextTree } from './context-tree.ts';
import { IgnoreMatcher } from './ignore-matcher.ts';
import { parseIgnoreFile } from './ignore-patterns.ts';

/** A folder as its .dockerignore leaves it. */
export interface ContextFolder {
  readonly dir: string;
  readonly tree: ContextTree;
  readonly isFiltered: boolean;
  /** Names this view of the folder in the cache of digests. */
  readonly name: string;
}

/** A build's input: the text of the Dockerfile, and the folder. */
export interface BuildContext extends ContextFolder {
  readonly dockerfileText: string;
  /** For positions: as a person would name it. */
  readonly dockerfileName: string;
  readonly digests: ContextDigests;
}

const dockerfileLimitBytes = 16 << 20;
const ignoreLimitBytes = 4 << 20;

/**
 * Reads Dockerfile and ignore file. Of a context that was brought here, below `dirs.temp`, none is read that a link has
 * elsewhere. Throws `not-found` / `context-not-found`, `dockerfile-not-found`; `invalid` /
 * `dockerignore-syntax`, `dockerfile-binary`.
 */
export function openContext(spec: BuildSpec, dirs: Pick<EngineDirs, 'cache' | 'temp'>): BuildContext {
  const dir = contextFolder(spec.contextDir);
  const { text, path } = readDockerfile(spec, dir);
  if (text.includes('\0')) throw binaryDockerfile(path);
  return {
    ...openFolder(dir, path, dirs),
    dockerfileText: text,
    dockerfileName: path === undefined ? 'Dockerfile' : basename(path),
    digests: new ContextDigests(dirs.cache),
  };
}

/** A folder that is a context beside the main one. Throws as {@link openContext}. */
export function openNamedFolder(path: string, dirs: Pick<EngineDirs, 'temp'>): ContextFolder {
  return openFolder(contextFolder(path), undefined, dirs);
}

function openFolder(
  dir: string,
  dockerfile: string | undefined,
  { temp }: Pick<EngineDirs, 'temp'>,
): ContextFolder {
  const isForeign = existsSync(temp) && dir.startsWith(`${realpathSync(temp)}/`);
  const ignore = readIgnoreFile(dir, dockerfile, isForeign ? readInside : readText);
  const parsed = parseIgnoreFile(ignore?.text ?? '');
  if (!parsed.ok) {
    throw new GantryError({
      kind: 'invalid',
      code: 'dockerignore-syntax',
      message: `failed to parse ${ignore?.name ?? '.dockerignore'}: line ${parsed.line}: ${parsed.message}`,
      details: { path: ignore?.path, line: parsed.line },
    });
  }
  return {
    dir,
    tree: new ContextTree(dir, new IgnoreMatcher(parsed.patterns), ignore?.name),
    isFiltered: parsed.patterns.length > 0,
    name: `${dir}\0${ignore?.text ?? ''}`,
  };
}

function contextFolder(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return realpathSync(path);
  const isFile = stats !== undefined;
  throw new GantryError({
    kind: 'not-found',
    code: 'context-not-found',
    message: isFile
      ? `unable to prepare context: path ${JSON.stringify(path)} is not a directory`
      : `unable to prepare context: path ${JSON.stringify(path)} not found`,
    hint: isFile
      ? 'name the folder that holds the files to copy; -f names the Dockerfile'
      : 'name an existing folder, usually "."',
    details: { path },
  });
}

function readDockerfile(spec: BuildSpec, dir: string): { text: string; path: string | undefined } {
  if (spec.dockerfileText !== undefined) return { text: spec.dockerfileText, path: spec.dockerfile };
  const candidates =
    spec.dockerfile === undefined ? [join(dir, 'Dockerfile'), join(dir, 'Containerfile')] : [spec.dockerfile];
  for (const path of candidates) {
    const text = readText(path, dockerfileLimitBytes);
    if (text !== undefined) return { text, path };
  }
  const path = candidates[0] as string;
  const name = dirname(path) === dir ? basename(path) : path;
  throw new GantryError({
    kind: 'not-found',
    code: 'dockerfile-not-found',
    message: `failed to read dockerfile: open ${name}: no such file or directory`,
    hint: `there is no ${name} in ${dirname(path)}; -f names another file`,
    details: { path },
  });
}

function binaryDockerfile(path: string | undefined): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'dockerfile-binary',
    message: `${path === undefined ? 'what came' : basename(path)} is not a Dockerfile: it is binary`,
    hint: path === undefined ? undefined : '-f names the Dockerfile, the last word the folder it builds from',
    details: { path },
  });
}

interface IgnoreText {
  readonly text: string;
  readonly path: string;
  readonly name: string;
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile, else .dockerignore, else .containerignore of the context. */
function readIgnoreFile(
  dir: string,
  dockerfile: string | undefined,
  read: (path: string, limitBytes: number, dir: string) => string | undefined,
): IgnoreText | undefined {
  const own = dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`];
  for (const path of [...own, join(dir, '.dockerignore'), join(dir, '.containerignore')]) {
    const text = read(path, ignoreLimitBytes, dir);
    if (text !== undefined) return { text, path, name: basename(path) };
  }
  return undefined;
}

/** Undefined when there is none. */
function readText(path: string, limitBytes: number): string | undefined {
  return readWhole(() => openSync(path, readFlags), path, limitBytes);
}

/** As {@link readText}; links lead nowhere outside of `dir`, nor does the path. */
function readInside(path: string, limitBytes: number, dir: string): string | undefined {
  const root = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return readWhole(() => openInRoot(root, relative(dir, path), readFlags), path, limitBytes);
  } finally {
    closeSync(root);
  }
}

/** A pipe would keep us waiting. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

function readWhole(open: () => number, path: string, limitBytes: number): string | undefined {
  let fd: number;
  try {
    fd = open();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw unreadable(path, error);
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isFile() && stats.size <= limitBytes) return readFileSync(fd, 'utf8');
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-file',
      message: stats.isFile()
        ? `${path} is larger than ${limitBytes >> 20} MiB`
        : `failed to read dockerfile: ${path} is not a regular file`,
      details: { path },
    });
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, cause: unknown): unknown {
  const why: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    ELOOP: 'too many levels of symbolic links',
    ENXIO: 'it is a socket or a pipe',
    ENAMETOOLONG: 'its name is too long',
  };
  const code = Object.keys(why).find((one) => isErrno(cause, one));
  if (code === undefined) return cause;
  return new GantryError({
    kind: 'invalid',
    code: 'bad-file',
    message: `cannot read ${path}: ${why[code]}`,
    details: { path },
    cause,
  });
}
