import { makeTar } from '../tar-fixture.ts';
import type { Attack, Prey } from './attack.ts';
import { pax, paxRecords, rawEntry, rawTar } from './raw-tar.ts';

/** Names that lead elsewhere, by every way a tar has to give a name. */
export function pathAttacks({ absolute, relative }: Prey): readonly Attack[] {
  const names: readonly (readonly [string, Attack['outcome']])[] = [
    [`${relative}/x`, 'refused'],
    [`../${relative}/x`, 'refused'],
    [`./${relative}/x`, 'refused'],
    [`a/../${relative}/x`, 'refused'],
    [`a/./../${relative}/x`, 'refused'],
    [`a//..//${relative}//x`, 'refused'],
    [`${absolute}/x`, 'applied'],
    [`/${absolute}/secret`, 'applied'],
    [`/.${absolute}/secret`, 'applied'],
    [`/..${absolute}/x`, 'refused'],
    ['..', 'refused'],
    ['../', 'refused'],
    ['/..', 'refused'],
    ['a/..', 'refused'],
    ['a/b/../c', 'refused'],
    ['.. /x', 'applied'],
    ['.../x', 'applied'],
    ['..\\outside\\x', 'applied'],
    ['C:\\x', 'applied'],
    ['~/x', 'applied'],
    ['$HOME/`id`/x;rm -rf ~', 'applied'],
    ['-rf', 'applied'],
    ['\uff0e\uff0e/outside/x', 'applied'],
    ['line\nbreak \u001b[2J\u0007', 'applied'],
    ['%2e%2e/outside/x', 'applied'],
    [`${'n'.repeat(256)}`, 'refused'],
    [`${'n'.repeat(200)}/${'n'.repeat(255)}`, 'applied'],
    [`${'d/'.repeat(2200)}x`, 'refused'],
    [`${'d/'.repeat(600)}x`, 'refused'],
    [`${'d/'.repeat(500)}x`, 'applied'],
    ['proc/self/root/etc/x', 'applied'],
    ['dev/fd/0', 'applied'],
  ];
  const plain = names.map(
    ([path, outcome]): Attack => ({
      name: `a file named ${JSON.stringify(path.slice(0, 60))}`,
      layers: [makeTar([{ path, content: 'x', type: 'file' }])],
      ...(outcome && { outcome }),
    }),
  );
  const elsewhere = `${relative}/x`;
  const refused = (name: string, ...entries: readonly Buffer[]): Attack => ({
    name,
    layers: [rawTar(...entries)],
    outcome: 'refused',
  });
  return [
    ...plain,
    refused('a path of a PAX record', pax({ path: elsewhere }), rawEntry({ name: 'harmless' }, 'x')),
    refused('a PAX path with NUL', pax({ path: `ok\0/../${elsewhere}` }), rawEntry({}, 'x')),
    refused('a GNU sparse name', pax({ 'GNU.sparse.name': elsewhere }), rawEntry({}, 'x')),
    refused(
      'a GNU long name',
      rawEntry({ type: 'L' }, `${elsewhere}\0`),
      rawEntry({ name: 'harmless' }, 'x'),
    ),
    refused('a ustar prefix', rawEntry({ prefix: '..', name: 'outside/x' }, 'x')),
    refused(
      'a ustar prefix without version',
      rawEntry({ prefix: relative, name: 'x', magic: 'ustar\0\0\0' }, 'x'),
    ),
    refused(
      'a star prefix',
      rawEntry({ prefix: relative, name: 'x', at: { 508: Buffer.from('tar\0') } }, 'x'),
    ),
    refused(
      'overlong UTF-8 dots stay bytes, real dots behind',
      rawEntry({ name: '\xc0\xae\xc0\xae/../../x' }, 'x'),
    ),
    {
      name: 'overlong UTF-8 dots alone',
      layers: [rawTar(rawEntry({ name: '\xc0\xae\xc0\xae/outside/x' }, 'x'))],
      outcome: 'applied',
    },
    {
      name: 'a GNU long name with dots behind its NUL',
      layers: [rawTar(rawEntry({ type: 'L' }, `ok\0/../../${elsewhere}`), rawEntry({}, 'x'))],
      outcome: 'applied',
    },
    {
      name: 'a GNU prefix field, which holds no prefix',
      layers: [rawTar(rawEntry({ prefix: '..', name: 'outside-x', magic: 'ustar  \0' }, 'x'))],
      outcome: 'applied',
    },
    refused('an empty name', rawEntry({ name: '' }, 'x')),
    refused(
      'the root as a file',
      rawEntry({ name: './' }, 'x'),
      rawEntry({ name: '/', type: '2', linkName: absolute }),
    ),
    refused('the root as a link', rawEntry({ name: '.', type: '2', linkName: absolute })),
    refused('the root as a pipe', rawEntry({ name: '/', type: '6' })),
    refused('the root as a hard link', rawEntry({ name: './', type: '1', linkName: 'x' })),
    {
      name: 'a global header that names path, link and size',
      layers: [
        rawTar(
          rawEntry({ type: 'g' }, paxRecords({ path: elsewhere, linkpath: absolute, size: '99999' })),
          rawEntry({ name: 'fine' }, 'x'),
        ),
      ],
      outcome: 'applied',
    },
  ];
}
