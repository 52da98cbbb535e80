import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Puts the host's perl and the libraries it is linked with into a root file system: it can make any system call. */
export function addPerl(root: string): void {
  const program = '/usr/bin/perl';
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+\.so[.\d]*/g) ?? [];
  // `/usr/bin` is a link in the root, and would be followed: into the root's own `/bin`.
  for (const path of [program, ...libraries]) {
    const target = join(root, path.replace(/^\/usr\/bin\//, '/bin/'));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(realpathSync(path), target);
  }
}
