import { closeSync, constants, openSync } from 'node:fs';
import { callWithPath, checked, libcFunction } from './libc.ts';
import { namespaceFlags, unshare } from './namespaces.ts';
import { changeFolder } from './working-folder.ts';

/**
 * Makes `dir` the root of the calling thread alone: in a worker thread, plain `fs` *Sync* calls then cannot leave it,
 * whatever the symbolic links inside say. Asynchronous calls go through the thread pool, which is not confined. Meant
 * for workers that do nothing else: the thread never shares its folder and root with the others again. Nor its mask of
 * file modes, which is 0 from here on: what it makes has the mode it asks for.
 *
 * Disposing gives the thread its old root back. The descriptor kept for that leads out only for code that uses it; a
 * path inside cannot name it, unless a procfs is mounted there.
 */
export function confineThread(dir: string): Disposable {
  const outside = openSync('/', constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    unshare(namespaceFlags.fileSystem);
    callWithPath(chrootCall, 'chroot', dir);
    changeFolder('/');
    umaskCall(0);
  } catch (error) {
    closeSync(outside);
    throw error;
  }
  return {
    [Symbol.dispose]() {
      checked(fchdirCall(outside), 'fchdir');
      callWithPath(chrootCall, 'chroot', '.');
      closeSync(outside);
    },
  };
}

const chrootCall = libcFunction('chroot', ['const char *']);
const fchdirCall = libcFunction('fchdir', ['int']);
const umaskCall = libcFunction('umask', ['uint']);
