import { closeSync, constants, openSync, readSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { checked, lastErrno, systemCall } from './libc.ts';
import { mount, mountFlags } from './mount.ts';
import { pathArgument } from './path-argument.ts';
import { errnoName, systemError } from './system-error.ts';
import { inUserNamespace } from './user-namespace.ts';
import { changeFolder, returningToFolder } from './working-folder.ts';

/** The folders an overlay is made of. Without `upper` and `work` it is read-only and needs two of `lower`. */
export interface OverlayRequest {
  /** Top first, at most 500. */
  readonly lower: readonly string[];
  readonly upper?: string | undefined;
  /** Empty folder beside `upper`, on the same file system. */
  readonly work?: string | undefined;
  readonly target: string;
  readonly readOnly?: boolean | undefined;
  /** fsync inside does nothing: for what is thrown away or redone after a crash. `work` can then be mounted once. */
  readonly volatile?: boolean | undefined;
  /** `user.overlay.*` in place of `trusted.overlay.*`. Default: in a user namespace, where the others are not ours. */
  readonly userXattr?: boolean | undefined;
}

/**
 * Mounts an overlay by the new mount calls, which take each layer by itself and so 500 of any length; on kernels
 * before 6.5 by mount(2), whose options end at one page, with names relative to the working folder.
 */
export function mountOverlay(request: OverlayRequest): void {
  if (!mountOverlayByParts(request)) mountOverlayAtOnce(request);
}

/** fsopen(2) and its family. False when the kernel does not know them, or not `lowerdir+`. */
export function mountOverlayByParts(request: OverlayRequest): boolean {
  const context = fsopenCall('overlay', closeOnExec);
  if (context < 0) {
    if (errnoName(lastErrno()) === 'ENOSYS') return false;
    throw systemError(lastErrno(), 'fsopen overlay', request.target);
  }
  const opened = [context];
  /** fsconfig(2) cuts strings at 256 bytes; a descriptor is a short name for any folder. */
  const shortName = (path: string): string => {
    if (Buffer.byteLength(path) < 256) return path;
    const folder = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
    opened.push(folder);
    return `/proc/thread-self/fd/${folder}`;
  };
  try {
    for (const [name, value] of fixedOptions(request)) set(context, name, value, request.target);
    for (const [index, folder] of request.lower.entries()) {
      const result = fsconfigCall(context, setString, 'lowerdir+', pathArgument(shortName(folder)), 0);
      if (result >= 0) continue;
      if (index === 0 && errnoName(lastErrno()) === 'EINVAL') return false;
      throw contextError(context, 'fsconfig lowerdir', folder);
    }
    if (request.upper !== undefined) set(context, 'upperdir', shortName(request.upper), request.upper);
    if (request.work !== undefined) set(context, 'workdir', shortName(request.work), request.work);
    if (fsconfigCall(context, createCommand, null, null, 0) < 0)
      throw contextError(context, 'mount', request.target);
    const made = checked(
      fsmountCall(context, closeOnExec, request.readOnly === true ? 1 : 0),
      'fsmount',
      request.target,
    );
    opened.push(made);
    const fromEmptyPath = 4;
    checked(
      moveMountCall(made, '', atWorkingFolder, pathArgument(request.target), fromEmptyPath),
      'move_mount',
      request.target,
    );
    return true;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** mount(2). About 250 layers when their names are short. */
export function mountOverlayAtOnce(request: OverlayRequest): void {
  const folders = [...request.lower, request.upper, request.work].filter((path) => path !== undefined);
  const base = commonFolder(folders);
  const name = (path: string) => (relative(base, path) || '.').replace(/[\\:,]/g, '\\$&');
  const options = [
    ...fixedOptions(request).map(([key, value]) => (value === undefined ? key : `${key}=${value}`)),
    `lowerdir=${request.lower.map(name).join(':')}`,
    ...(request.upper === undefined ? [] : [`upperdir=${name(request.upper)}`]),
    ...(request.work === undefined ? [] : [`workdir=${name(request.work)}`]),
  ].join(',');
  if (Buffer.byteLength(options) > 4095) {
    throw new GantryError({
      kind: 'unavailable',
      code: 'too-many-layers',
      message: `this kernel cannot mount ${request.lower.length} layers at once`,
      hint: 'kernel 6.5 and later mount up to 500 layers',
    });
  }
  const flags = request.readOnly === true ? mountFlags.readOnly : 0;
  returningToFolder(() => {
    changeFolder(base);
    mount({ source: 'overlay', target: request.target, type: 'overlay', flags, options });
  });
}

/**
 * What gantry's diffs rely on, whatever the distribution's defaults are: no redirects, no files without their data,
 * no index.
 */
function fixedOptions(request: OverlayRequest): (readonly [name: string, value: string | undefined])[] {
  const userXattr = request.userXattr ?? inUserNamespace();
  return [
    // With attributes of a user redirects are not even followed, and the kernel takes no other word for it.
    ['redirect_dir', userXattr ? 'nofollow' : 'off'],
    ...(userXattr ? [] : ([['metacopy', 'off']] as const)),
    ['index', 'off'],
    ...(request.volatile === true ? ([['volatile', undefined]] as const) : []),
    ...(userXattr ? ([['userxattr', undefined]] as const) : []),
  ];
}

function set(context: number, name: string, value: string | undefined, path: string): void {
  const result =
    value === undefined
      ? fsconfigCall(context, setFlag, name, null, 0)
      : fsconfigCall(context, setString, name, pathArgument(value), 0);
  if (result < 0) throw contextError(context, `fsconfig ${name}`, path);
}

/** The error with what the kernel wrote into the context's log. */
function contextError(context: number, step: string, path: string): GantryError {
  const errno = lastErrno();
  const log = Buffer.alloc(1024);
  let said = '';
  try {
    said = log
      .toString('utf8', 0, readSync(context, log))
      .replace(/^[ewi] /, '')
      .trim();
  } catch {
    // ENODATA: it wrote nothing.
  }
  return systemError(errno, said === '' ? step : `${step} (${said})`, path);
}

/** The deepest folder all paths lie in. */
function commonFolder(paths: readonly string[]): string {
  let common = dirname(paths[0] ?? '/');
  for (const path of paths) {
    while (common !== '/' && !path.startsWith(`${common}/`)) common = dirname(common);
  }
  return common;
}

const closeOnExec = 1;
const atWorkingFolder = -100;
const setFlag = 0;
const setString = 1;
const createCommand = 6;
const fsopenCall = systemCall(430, ['const char *', 'uint']);
const fsconfigCall = systemCall(431, ['int', 'uint', 'const char *', 'const char *', 'int']);
const fsmountCall = systemCall(432, ['int', 'uint', 'uint']);
const moveMountCall = systemCall(429, ['int', 'const char *', 'int', 'const char *', 'uint']);
