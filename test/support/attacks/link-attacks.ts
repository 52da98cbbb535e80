import { makeTar, type TarMember } from '../tar-fixture.ts';
import type { Attack, Prey } from './attack.ts';

/** What an attacker does with a name that leads through a link called `l`, and expects to hit outside. */
const deeds: Readonly<Record<string, readonly TarMember[]>> = {
  'makes a file': [{ path: 'l/new', content: 'x' }],
  'overwrites a file': [{ path: 'l/secret', content: 'overwritten' }],
  'empties a file': [{ path: 'l/secret' }],
  'changes mode and owner of a file by a hard link': [
    { path: 'h', type: 'hardlink', linkPath: 'l/secret', mode: 0o4777, uid: 1000, gid: 1000 },
  ],
  'makes a hard link beside it': [
    { path: 'own', content: 'x' },
    { path: 'l/secret', type: 'hardlink', linkPath: 'own' },
  ],
  'describes the folder': [
    { path: 'l/', mode: 0o777, uid: 1000, gid: 1000, mtimeSeconds: 1, xattrs: { 'user.x': 'x' } },
  ],
  'describes a folder inside': [{ path: 'l/folder/', mode: 0o777, uid: 1000, gid: 1000, mtimeSeconds: 1 }],
  'brings a setuid file': [{ path: 'l/su', content: '#!/bin/sh', mode: 0o6755 }],
  'makes folders for a file': [{ path: 'l/folder/deep/er/x', content: 'x' }],
  'replaces a folder by a file': [{ path: 'l/folder', content: 'x' }],
  'replaces a file by a folder': [{ path: 'l/secret/', mode: 0o777 }],
  'makes a further link': [
    { path: 'l/again', type: 'symlink', linkPath: '/etc' },
    { path: 'l/again/gantry-was-here', content: 'x' },
  ],
  'makes a device': [{ path: 'l/device', type: 'block', deviceMajor: 8, deviceMinor: 0, mode: 0o666 }],
  'makes a pipe': [{ path: 'l/pipe', type: 'fifo', mode: 0o666 }],
  'deletes a file': [{ path: 'l/.wh.secret' }],
  'deletes a folder': [{ path: 'l/.wh.folder' }],
  'empties the folder': [{ path: 'l/.wh..wh..opq' }],
  'empties a folder inside': [{ path: 'l/folder/.wh..wh..opq' }],
  'sets attributes': [{ path: 'l/secret', content: 'x', xattrs: { 'user.x': 'x', 'trusted.x': 'y' } }],
  'climbs from inside': [{ path: 'l/../secret', content: 'x' }],
};

/** Through what the name leads: a chain of links that ends outside. */
function links({ absolute, relative }: Prey): Readonly<Record<string, readonly TarMember[]>> {
  const link = (path: string, linkPath: string): TarMember => ({ path, type: 'symlink', linkPath });
  return {
    'an absolute link': [link('l', absolute)],
    'a climbing link': [link('l', relative)],
    'a link that climbs too far': [link('l', `${'../'.repeat(40)}${absolute.slice(1)}`)],
    'a chain of links': [link('a', 'b'), link('b', `./c/../${relative}`), link('l', 'a'), { path: 'c/' }],
    // With the place it names inside: the name resolves there, and must nowhere be taken for the real one.
    'an absolute link whose target is inside as well': [
      { path: `${absolute.slice(1)}/`, mode: 0o755 },
      link('l', absolute),
    ],
    'a hard link to an absolute link': [link('s', absolute), { path: 'l', type: 'hardlink', linkPath: 's' }],
    'a folder that became a link': [
      { path: 'l/', mode: 0o755 },
      { path: 'l/x', content: 'x' },
      link('l', absolute),
    ],
    'a link of the process': [link('l', `/proc/self/root${absolute}`)],
  };
}

/** Links and what is done through them: in one layer, in two, and with a lower layer that has the same as folders. */
export function linkAttacks(prey: Prey): readonly Attack[] {
  const attacks: Attack[] = [];
  const modelled: readonly TarMember[] = [
    { path: 'l/', mode: 0o1777, uid: 1000, gid: 1000, xattrs: { 'user.model': 'x' } },
    { path: 'l/folder/', mode: 0o1777, uid: 1000, gid: 1000 },
    { path: 'l/folder/deep/', mode: 0o1777, uid: 1000, gid: 1000 },
    { path: 'l/secret', content: 'lower', mode: 0o6777, uid: 1000, gid: 1000 },
  ];
  for (const [through, members] of Object.entries(links(prey))) {
    for (const [deed, done] of Object.entries(deeds)) {
      const name = `${deed} through ${through}`;
      attacks.push({ name, layers: [makeTar([...members, ...done])] });
      attacks.push({ name: `${name}, of a layer below`, layers: [makeTar(members), makeTar(done)] });
      attacks.push({
        name: `${name}, over folders of a layer below`,
        layers: [makeTar(modelled), makeTar([...members, ...done])],
      });
    }
  }
  return attacks;
}
