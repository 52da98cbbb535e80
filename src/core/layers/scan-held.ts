import { lstatSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { isKernelFolder } from '../host/kernel-file-system.ts';
import { isErrno } from '../host/system-error.ts';
import { type HeldFolder, openChild } from './held-folder.ts';
import { describe, type LinkNames, namesIn, type ScannedEntry } from './scan-layer.ts';
import { type ByteString, displayText } from './tar/byte-string.ts';

/** What of a held folder is to be read, and how it is to be called. */
export interface HeldSource {
  readonly folder: Pick<HeldFolder, 'fd' | 'path'>;
  /** A name in the folder, or `.` for the folder itself. */
  readonly name: ByteString;
  /** Path of it in what is made of it: `dir`, `.` for "its content", or nothing for that without the folder itself. */
  readonly as: ByteString;
}

/**
 * Entries of a file, or of a folder and all below it, parents first, names in byte order. It may be in use: what
 * vanishes meanwhile is left out, and no link that comes in a folder's place is gone through. Sockets are left out,
 * and so is what is in /proc and /sys: these come as empty folders.
 */
export function* scanHeld({ folder, name, as }: HeldSource): Generator<ScannedEntry, void, undefined> {
  yield* scanOne(folder, name, as, new Map());
}

function* scanOne(
  parent: HeldSource['folder'],
  name: ByteString,
  as: ByteString,
  links: LinkNames,
): Generator<ScannedEntry, void, undefined> {
  const found = look(parent, name, as, links);
  if (found === undefined) return;
  if (found.entry.type !== 'directory') {
    yield found;
    return;
  }
  using folder = unlessGone(() => openChild(parent, name));
  if (folder === undefined) return;
  if (as !== '') yield found;
  if (unlessGone(() => isKernelFolder(folder.fd)) !== false) return;
  const prefix = as === '' ? '' : `${as}/`;
  if (prefix.split('/').length > mostFolders) throw tooDeep(as);
  for (const child of namesIn(`/proc/self/fd/${folder.fd}`)) {
    yield* scanOne(folder, child, `${prefix}${child}`, links);
  }
}

/** Each holds a descriptor while what is below it is read. */
const mostFolders = 512;

function tooDeep(path: ByteString): GantryError {
  return new GantryError({
    kind: 'unsupported',
    code: 'too-deep',
    message: `more than ${mostFolders} folders in one another: ${displayText(path).slice(0, 100)}…`,
  });
}

function look(
  parent: HeldSource['folder'],
  name: ByteString,
  as: ByteString,
  links: LinkNames,
): ScannedEntry | undefined {
  return unlessGone(() => {
    const stat = lstatSync(parent.path(name), { bigint: true });
    return describe(`/proc/self/fd/${parent.fd}/${name}`, as, stat, links)?.scanned;
  });
}

/** Undefined for what is gone, or another kind of thing by now. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ESTALE', 'ENXIO')) return undefined;
    throw error;
  }
}
