import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setXattr } from '../../../src/core/host/xattrs.ts';

/** The context all cases of the corpus are built from. */
export function writeCorpusContext(dir: string): void {
  const files: Readonly<Record<string, string>> = {
    'a.txt': 'a\n',
    'b.txt': 'b\n',
    'run.sh': '#!/bin/sh\n',
    'secret.bin': 's',
    'x1.log': '1\n',
    'x2.log': '2\n',
    'with space.txt': 'space\n',
    'dir/one': 'one\n',
    'dir/sub/two': 'two\n',
    'dir-of-links/real': 'real\n',
    'fake.tar': 'no archive\n',
    hard1: 'hard\n',
    'twins/x': 'twin\n',
  };
  for (const [name, text] of Object.entries(files)) writeTo(join(dir, name), text);
  chmodSync(join(dir, 'b.txt'), 0o600);
  chmodSync(join(dir, 'run.sh'), 0o755);
  chmodSync(join(dir, 'secret.bin'), 0o4750);
  chownSync(join(dir, 'x2.log'), 1234, 4321);
  mkdirSync(join(dir, 'empty'), { mode: 0o711 });
  symlinkSync('a.txt', join(dir, 'link'));
  symlinkSync('dir', join(dir, 'dlink'));
  symlinkSync('/absolute', join(dir, 'dir-of-links/absolute'));
  symlinkSync('../a.txt', join(dir, 'dir-of-links/up'));
  linkSync(join(dir, 'hard1'), join(dir, 'hard2'));
  linkSync(join(dir, 'twins/x'), join(dir, 'twins/y'));
  setXattr(join(dir, 'run.sh'), 'user.kept', Buffer.from('yes'));

  const packed = join(dir, '.packed');
  writeTo(join(packed, 't/f.txt'), 'packed\n');
  chmodSync(join(packed, 't/f.txt'), 0o640);
  chownSync(join(packed, 't/f.txt'), 7, 8);
  symlinkSync('f.txt', join(packed, 't/l'));
  const tar = (name: string, flag: string): void => {
    execFileSync('tar', ['-C', packed, `-c${flag}f`, join(dir, name), 't']);
  };
  tar('pack.tar', '');
  tar('pack.tgz', 'z');
  tar('pack.tar.bz2', 'j');
  tar('pack.tar.xz', 'J');
  rmSync(packed, { recursive: true });
}

export function writeTo(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o644 });
}
