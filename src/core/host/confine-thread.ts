import { callWithPath, libcFunction } from './libc.ts';
import { namespaceFlags, unshare } from './namespaces.ts';
import { changeFolder } from './working-folder.ts';

/**
 * Makes `dir` the root of the calling thread alone, for good: in a worker thread, plain `fs` *Sync* calls then cannot
 * leave it, whatever the symbolic links inside say. Asynchronous calls go through the thread pool, which is not
 * confined. Meant for workers that do nothing else.
 */
export function confineThread(dir: string): void {
  unshare(namespaceFlags.fileSystem);
  callWithPath(chrootCall, 'chroot', dir);
  changeFolder('/');
}

const chrootCall = libcFunction('chroot', ['const char *']);
