import { constants, fstatSync, openSync } from 'node:fs';
import { posix } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { CopyEnd, CopyReport } from '../../engine/container-files.ts';
import type { CallOptions } from '../../engine/operation.ts';
import { copyError } from '../files/copy-error.ts';
import { destination } from '../files/destination.ts';
import { findPlace, type Place } from '../files/find-place.ts';
import { runCopy } from '../files/run-copy.ts';
import { isKernelFolder } from '../host/kernel-file-system.ts';
import { heldFolder, openChild, placeFlag } from '../layers/held-folder.ts';
import { byteString, displayText } from '../layers/tar/byte-string.ts';
import { eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { openContainerRoot } from './container-root.ts';
import { findContainer } from './find-container.ts';
import { tell } from './tell.ts';

export interface CopyOptions extends CallOptions {
  readonly followLinks?: boolean;
  readonly keepOwners?: boolean;
}

/** An end whose root is held. */
export interface OpenEnd {
  readonly rootFd: number;
  readonly record: ContainerRecord | undefined;
  readonly path: EndPath;
  /** For messages. */
  readonly shown: string;
}

interface EndPath {
  readonly path: string;
  readonly contentOnly: boolean;
  readonly wantsFolder: boolean;
}

/** The port's `copy`: tree to tree, in a worker thread, no archive between. */
export async function copyFiles(
  context: ContainerContext,
  from: CopyEnd,
  to: CopyEnd,
  options: CopyOptions = {},
): Promise<CopyReport> {
  if (from.kind === 'local' && to.kind === 'local') {
    throw copyError('no-container', 'must specify at least one container source');
  }
  using open = new DisposableStack();
  const [origin, target] = await openEnds(context, open, from, to, options.signal);
  const place = open.use(findSource(origin, options.followLinks === true));
  const isFolder = place.stats?.isDirectory() === true;
  // What was looked at is what is copied, whatever takes its place meanwhile.
  const source = isFolder
    ? { folderFd: open.use(openChild(place.folder, place.name)).fd, name: '.' }
    : { folderFd: place.folder.fd, name: place.name };
  const goal = open.adopt(findGoal(target, place), (it) => it?.[Symbol.dispose]());
  const name = posix.basename(origin.path.path);
  const how = destination(
    { kind: isFolder ? 'folder' : 'file', name, contentOnly: origin.path.contentOnly || name === '' },
    { kind: endKind(goal), shown: target.shown, wantsFolder: target.path.wantsFolder },
  );
  if (goal === undefined) throw new Error('a copy to nowhere');
  const folder = how === 'as' ? goal.folder : open.use(openChild(goal.folder, goal.name));
  if (origin.record !== undefined) tell(context, { type: 'container.read', ...eventOf(origin.record) });
  if (target.record !== undefined) tell(context, { type: 'container.written', ...eventOf(target.record) });
  if (isFolder && target.record !== undefined && origin.record?.id === target.record.id) {
    refuseIntoItself(place, folder.fd, target);
  }
  try {
    return await runCopy(
      {
        source,
        target: {
          folderFd: folder.fd,
          as: how === 'as' ? goal.name : how === 'into' ? byteString(name) : '.',
          root: undefined,
        },
        options: {
          rights: to.kind === 'container' || options.keepOwners === true ? 'as-they-were' : 'caller',
          devices: to.kind === 'container',
          updateFolders: false,
        },
      },
      options.signal,
    );
  } catch (error) {
    throw readOnlyError(error, target);
  }
}

/** In the order of their IDs: two copies that go opposite ways must not wait for each other. */
async function openEnds(
  context: ContainerContext,
  open: DisposableStack,
  from: CopyEnd,
  to: CopyEnd,
  signal: AbortSignal | undefined,
): Promise<readonly [OpenEnd, OpenEnd]> {
  const ids = [from, to].flatMap((end) =>
    end.kind === 'container' ? [findContainer(context, end.id).id] : [],
  );
  const roots = new Map<string, Awaited<ReturnType<typeof openContainerRoot>>>();
  for (const id of [...new Set(ids)].sort())
    roots.set(id, open.use(await openContainerRoot(context, id, signal)));
  const opened = (end: CopyEnd): OpenEnd => {
    const path = readEndPath(end.path);
    if (end.kind === 'local') {
      const fd = openSync('/', placeFlag | constants.O_DIRECTORY);
      open.use(heldFolder(fd));
      return { rootFd: fd, record: undefined, path, shown: end.path };
    }
    const root = roots.get(findContainer(context, end.id).id);
    if (root === undefined) throw new Error('a container without its root');
    return { rootFd: root.fd, record: root.record, path, shown: `${end.id}:${end.path}` };
  };
  return [opened(from), opened(to)];
}

/** `/a/../b/.` → `/b`, content only. Docker cleans paths of the user before it looks at any link. */
export function readEndPath(text: string): EndPath {
  const contentOnly = /(?:^|\/)\.\/?$/.test(text);
  const path = posix.resolve('/', text);
  return { path, contentOnly, wantsFolder: contentOnly || text.endsWith('/') };
}

/** Rejects `not-found`, as Docker for what is in the /proc and /sys of a container, and `invalid` for a file where a folder was meant. */
export function findSource(end: OpenEnd, followLinks: boolean): Place {
  const { path, wantsFolder } = end.path;
  const place = findPlace(end.rootFd, path, followLinks || wantsFolder);
  const isThere =
    place?.stats !== undefined && !(end.record !== undefined && isKernelFolder(place.folder.fd));
  if (!isThere) {
    place?.[Symbol.dispose]();
    throw copyError('file-not-found', missing(end), 'not-found');
  }
  if (wantsFolder && !place.stats.isDirectory()) {
    place[Symbol.dispose]();
    throw copyError('not-a-folder', `not a directory: ${end.shown}`);
  }
  return place;
}

/**
 * Where to. On this machine a link at the very end is not followed: an earlier copy may have laid it, and then the
 * container chose where it leads. It is replaced like a file; where a folder may be meant, the user has to say so by a
 * slash. In a container it leads nowhere but there.
 */
function findGoal({ rootFd, record, path, shown }: OpenEnd, source: Place): Place | undefined {
  const mayFollow = record !== undefined || path.wantsFolder;
  const goal = findPlace(rootFd, path.path, mayFollow);
  if (mayFollow || goal?.stats?.isSymbolicLink() !== true || source.stats?.isSymbolicLink() === true) {
    return goal;
  }
  using behind = findPlace(rootFd, path.path, true);
  if (source.stats?.isDirectory() !== true && behind?.stats?.isDirectory() !== true) return goal;
  goal[Symbol.dispose]();
  throw new GantryError({
    kind: 'invalid',
    code: 'link-in-the-way',
    message: `${shown} is a symbolic link, and what comes out of a container does not go through it`,
    hint: `Write ${shown}/ to copy into the folder it leads to, or remove the link.`,
  });
}

function missing({ record, path, shown }: OpenEnd): string {
  return record === undefined
    ? `lstat ${shown}: no such file or directory`
    : `Could not find the file ${path.path} in container ${record.name}`;
}

function endKind(place: Place | undefined): 'file' | 'folder' | 'missing' | 'no-parent' {
  if (place === undefined) return 'no-parent';
  if (place.stats === undefined) return 'missing';
  return place.stats.isDirectory() ? 'folder' : 'file';
}

/** It would never end. */
function refuseIntoItself(source: Place, targetFd: number, target: OpenEnd): void {
  const { dev, ino } = source.stats ?? {};
  using stack = new DisposableStack();
  let at = heldFolder(targetFd);
  for (let up = 0; up < 4096; up += 1) {
    const { dev: ownDev, ino: ownIno } = fstatSync(at.fd);
    if (ownDev === dev && ownIno === ino) {
      throw copyError('into-itself', `cannot copy a directory into itself: ${target.shown}`);
    }
    const parent = stack.use(openChild(at, '..'));
    const above = fstatSync(parent.fd);
    if (above.dev === ownDev && above.ino === ownIno) return;
    at = parent;
  }
}

/** Docker's words for what is read-only by the container's own options. */
export function readOnlyError(error: unknown, { record, path }: OpenEnd): GantryError {
  const failure = GantryError.from(error);
  if (record === undefined || !isErrorCode(failure, 'read-only')) return failure;
  const inMount = record.mounts
    .filter(({ target }) => path.path === target || path.path.startsWith(`${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  const isReadOnly = inMount !== undefined && inMount.type !== 'tmpfs' && inMount.readOnly;
  const message = isReadOnly
    ? 'mounted volume is marked read-only'
    : inMount === undefined && record.spec.readOnlyRootfs === true
      ? 'container rootfs is marked read-only'
      : displayText(failure.message);
  return copyError('read-only', message, 'denied');
}
