import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const users = 'root:x:0:0:root:/root:/bin/sh\njoe:x:1000:1000:Joe:/home/joe:/bin/sh\n4242:x:7:7::/:/bin/sh\n';
const groups = 'root:x:0:root\nwheel:x:10:root,joe\njoe:x:1000:\n';

/** Makes a small root file system in `dir` from the host's static busybox: every applet, three users. */
export function makeBusyboxRoot(dir: string): string {
  for (const name of ['bin', 'dev', 'etc', 'home/joe', 'proc', 'root', 'sys', 'tmp', 'usr']) {
    mkdirSync(join(dir, name), { recursive: true });
  }
  const program = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (program === undefined) throw new Error('the tests need busybox-static');
  copyFileSync(program, join(dir, 'bin', 'busybox'));
  chmodSync(join(dir, 'bin', 'busybox'), 0o755);
  for (const applet of execFileSync(program, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (applet !== 'busybox') symlinkSync('busybox', join(dir, 'bin', applet));
  }
  symlinkSync('../bin', join(dir, 'usr', 'bin'));
  chmodSync(join(dir, 'tmp'), 0o1777);
  writeFileSync(join(dir, 'etc', 'passwd'), users);
  writeFileSync(join(dir, 'etc', 'group'), groups);
  return dir;
}
