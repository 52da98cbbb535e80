import { tarPadding } from '../../../src/core/layers/tar/encode-tar-header.ts';
import { makeTar } from '../tar-fixture.ts';
import type { Attack } from './attack.ts';
import { base256, pax, paxRecords, rawEntry, rawHeader, rawTar } from './raw-tar.ts';

/** Archives that break the format, or keep to it and lie: numbers, extended headers, sparse maps, types, attributes. */
export function formatAttacks(): readonly Attack[] {
  const refused = (name: string, ...parts: readonly Uint8Array[]): Attack => ({
    name,
    layers: [rawTar(...parts)],
    outcome: 'refused',
  });
  const applied = (name: string, ...parts: readonly Uint8Array[]): Attack => ({
    name,
    layers: [rawTar(...parts)],
    outcome: 'applied',
  });
  const either = (name: string, ...parts: readonly Uint8Array[]): Attack => ({
    name,
    layers: [rawTar(...parts)],
  });
  const sparse = (records: Readonly<Record<string, string>>, content = ''): Buffer =>
    Buffer.concat([pax(records), rawEntry({}, content)]);
  const oldSparse = (
    parts: readonly (readonly [Buffer | number, Buffer | number])[],
    real: Buffer | number,
    content: string,
    more = 0,
  ): Buffer => {
    const number = (value: Buffer | number): Buffer =>
      typeof value === 'number' ? Buffer.from(`${value.toString(8).padStart(11, '0')}\0`) : value;
    const at: Record<number, Buffer> = { 483: number(real), 482: Buffer.from([more]) };
    for (const [index, [offset, length]] of parts.entries()) {
      at[386 + index * 24] = number(offset);
      at[398 + index * 24] = number(length);
    }
    return rawEntry({ type: 'S', magic: 'ustar  \0', at }, content);
  };
  const xattr = (name: string, value = 'x'): Buffer =>
    Buffer.concat([pax({ [`SCHILY.xattr.${name}`]: value }), rawEntry({}, 'x')]);
  const ok = rawEntry({ name: 'ok' }, 'x');
  return [
    refused('a wrong checksum', rawHeader({ checksum: Buffer.from('000000\0 ') })),
    refused('a checksum that is no number', rawHeader({ checksum: Buffer.from('zzzzzz\0 ') })),
    refused('a size that is no number', rawHeader({ size: Buffer.from('12345z78901\0') })),
    refused('a negative size', rawHeader({ size: base256(-1n, 12) })),
    refused('a size of 2^63', rawHeader({ size: base256(2n ** 63n, 12) })),
    refused('a size of 2^94', rawHeader({ size: base256(2n ** 94n, 12) })),
    refused('a size beyond every limit', rawHeader({ size: base256(2n ** 52n, 12) })),
    refused('a size beyond the end', rawHeader({ size: 100_000 }), Buffer.from('short')),
    refused('a size of eleven sevens', rawHeader({ size: 0o77777777777 })),
    refused('an owner of 2^32', rawEntry({ uid: base256(2n ** 32n, 8) }, 'x')),
    refused(
      'an owner of 2^32 - 1, which chown takes for "leave it"',
      rawEntry({ uid: base256(2n ** 32n - 1n, 8) }, 'x'),
    ),
    refused('an owner below zero', rawEntry({ gid: base256(-2n, 8) }, 'x')),
    refused('an owner by PAX beyond 32 bits, which cut off would be root', pax({ uid: '4294967296' }), ok),
    refused('an owner by PAX that is no number', pax({ gid: '0x0' }), ok),
    refused('an owner by PAX below zero', pax({ uid: '-1' }), ok),
    applied('the greatest owner', pax({ uid: '4294967294', gid: '4294967294' }), ok),
    applied('more mode bits than there are', rawEntry({ mode: 0o7777777 }, 'x')),
    either('a mode in base 256 below zero', rawEntry({ mode: base256(-1n, 8) }, 'x')),
    applied('a time before all time', rawEntry({ mtime: base256(-(2n ** 40n), 12) }, 'x')),
    applied('a time after all time', rawEntry({ mtime: base256(2n ** 50n, 12) }, 'x')),
    refused('a time that is no number', pax({ mtime: 'NaN' }), ok),
    refused('a time by an exponent', pax({ mtime: '1e300' }), ok),
    applied('a time to more than nanoseconds', pax({ mtime: '-1.99999999999999' }), ok),
    refused('a size by PAX below zero', pax({ size: '-1' }), ok),
    refused('a size by PAX that is empty', pax({ size: '' }), ok),
    refused('a size by PAX beyond the end', pax({ size: '99999999' }), ok),
    either(
      'a size by PAX that swallows the next entry',
      pax({ size: '1024' }),
      rawHeader({ name: 'a' }),
      rawEntry({ name: '../evil' }, 'x'),
    ),
    either(
      'device numbers beyond what there is',
      rawEntry({ type: '3', name: 'n', devMajor: base256(2n ** 40n, 8) }),
    ),
    either('device numbers below zero', rawEntry({ type: '4', name: 'n', devMajor: base256(-1n, 8) })),

    refused('an extended header that is cut', rawEntry({ type: 'x' }, '20 path=x')),
    refused('an extended header of length 0', rawEntry({ type: 'x' }, '0 path=x\n'), ok),
    refused('an extended header longer than it is', rawEntry({ type: 'x' }, '99 path=x\n'), ok),
    refused('an extended header of no length', rawEntry({ type: 'x' }, 'path=x\n'), ok),
    refused('an extended header with a length below zero', rawEntry({ type: 'x' }, '-9 path=x\n'), ok),
    refused('an extended header without =', rawEntry({ type: 'x' }, '8 pathx\n'), ok),
    refused('an extended header without keyword', rawEntry({ type: 'x' }, '5 =x\n'), ok),
    refused(
      'an extended header of five megabytes',
      rawEntry({ type: 'x' }, paxRecords({ comment: 'x'.repeat(5_000_000) })),
      ok,
    ),
    refused('an extended header below zero bytes', rawHeader({ type: 'x', size: base256(-512n, 12) }), ok),
    refused('an extended header and the end', pax({ path: 'x' })),
    refused('a long name and the end', rawEntry({ type: 'L' }, 'x\0')),
    refused('a long link and the end', rawEntry({ type: 'K' }, 'x\0')),
    refused('a long name of five megabytes', rawEntry({ type: 'L' }, 'x'.repeat(5_000_000)), ok),
    applied('extended headers one upon the other', pax({ path: '../evil' }), pax({ path: 'fine' }), ok),
    either('a long name of no bytes', rawEntry({ type: 'L' }, ''), ok),
    applied('a long link before a file', rawEntry({ type: 'K' }, '/etc/passwd\0'), ok),
    applied(
      'a hundred thousand records',
      rawEntry(
        { type: 'x' },
        paxRecords(Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, 'v']))),
      ),
      ok,
    ),
    applied(
      'a global header that lies',
      rawEntry(
        { type: 'g' },
        paxRecords({ path: '../evil', size: '99999', linkpath: '/etc/passwd', uid: '1000' }),
      ),
      ok,
    ),
    refused('a global header beyond the limit', rawHeader({ type: 'g', size: 100_000_000 })),

    ...['M', 'N', 'A', 'E', 'I', 'P', 'Z', '8', '9', '\xff', ' '].map((type) =>
      refused(`an entry of type ${JSON.stringify(type)}`, rawEntry({ type }, 'x')),
    ),
    applied('a volume header', rawEntry({ type: 'V', name: '../evil' }), ok),
    applied('an incremental folder with a list', rawEntry({ type: 'D', name: 'd' }, 'Yevil\0N../x\0\0'), ok),
    either('a folder with content', rawHeader({ type: '5', name: 'd', size: 512 }), ok),
    either('a symbolic link with content', rawHeader({ type: '2', name: 'l', linkName: 'x', size: 512 }), ok),
    either(
      'a hard link with content',
      ok,
      rawHeader({ type: '1', name: 'l', linkName: 'ok', size: 512 }),
      rawEntry({ name: 'z' }, 'x'),
    ),
    either('a pipe with content', rawHeader({ type: '6', name: 'p', size: 512 }), ok),
    refused('an entry behind the end mark', Buffer.alloc(512), ok),
    applied('rubbish behind the end', ok, Buffer.alloc(1024), Buffer.from('../rubbish'.repeat(100))),
    { name: 'no end mark', layers: [ok], outcome: 'applied' },
    { name: 'the last content without padding', layers: [ok.subarray(0, 513)], outcome: 'applied' },
    { name: 'half a header', layers: [Buffer.concat([ok, ok.subarray(0, 300)])], outcome: 'refused' },
    { name: 'no byte at all', layers: [Buffer.alloc(0)] },
    { name: 'one byte', layers: [Buffer.from('x')], outcome: 'refused' },
    { name: 'nothing but zeros', layers: [Buffer.alloc(10_240)], outcome: 'applied' },

    refused(
      'a sparse map that runs backwards',
      sparse({ 'GNU.sparse.map': '100,1,0,1', 'GNU.sparse.size': '200' }, 'xx'),
    ),
    refused(
      'a sparse map that overlaps',
      sparse({ 'GNU.sparse.map': '0,2,1,2', 'GNU.sparse.size': '200' }, 'xxxx'),
    ),
    refused(
      'a sparse map beyond the file',
      sparse({ 'GNU.sparse.map': '100,5', 'GNU.sparse.size': '102' }, 'xxxxx'),
    ),
    refused(
      'a sparse map with more than is stored',
      sparse({ 'GNU.sparse.map': '0,5000', 'GNU.sparse.size': '5000' }, 'x'),
    ),
    refused(
      'a sparse map with less than is stored',
      sparse({ 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '5000' }, 'xxxx'),
    ),
    refused(
      'a sparse map of half a pair',
      sparse({ 'GNU.sparse.map': '0,1,2', 'GNU.sparse.size': '5' }, 'x'),
    ),
    refused('a sparse map that is no map', sparse({ 'GNU.sparse.map': '0,x', 'GNU.sparse.size': '5' }, 'x')),
    refused('a sparse file without size', sparse({ 'GNU.sparse.map': '0,1' }, 'x')),
    refused(
      'a sparse file of 2^53',
      sparse({ 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '9007199254740991' }, 'x'),
    ),
    refused(
      'a sparse file beyond the limit',
      sparse({ 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '4503599627370496' }, 'x'),
    ),
    applied(
      'a sparse file of 200 GB',
      sparse({ 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '200000000000' }, 'x'),
    ),
    refused(
      'a sparse map in front that lies about its length',
      sparse(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' },
        '1000000\n0\n1\n',
      ),
    ),
    refused(
      'a sparse map in front of 2^60 parts',
      sparse(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' },
        '1152921504606846976\n',
      ),
    ),
    refused(
      'a sparse map in front that is no number',
      sparse(
        { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' },
        'x'.repeat(600),
      ),
    ),
    refused(
      'a sparse map in front of nothing',
      sparse({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' }),
    ),
    refused(
      'a sparse map in front below zero',
      sparse({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '5' }, '1\n-1\n5\n'),
    ),
    refused('an old sparse map below zero', oldSparse([[base256(-5n, 12), 1]], 10, 'x')),
    refused('an old sparse map beyond the file', oldSparse([[100, 1]], 10, 'x')),
    refused('an old sparse file below zero', oldSparse([[0, 1]], base256(-10n, 12), 'x')),
    refused('an old sparse file of 2^60', oldSparse([[0, 1]], base256(2n ** 60n, 12), 'x')),
    refused(
      'an old sparse map that never ends',
      oldSparse([[0, 1]], 10, '', 1),
      ...Array.from({ length: 9000 }, () =>
        Buffer.concat([
          Buffer.alloc(24).fill('00000000000\0'),
          Buffer.alloc(480, '00000000000\0'),
          Buffer.alloc(8, 1),
        ]),
      ),
    ),
    either(
      'a sparse folder',
      Buffer.concat([
        pax({ 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '5' }),
        rawEntry({ type: '5', name: 'd/' }),
      ]),
    ),

    ...[
      'trusted.overlay.redirect',
      'trusted.overlay.opaque',
      'trusted.overlay.metacopy',
      'trusted.overlay.origin',
      'user.overlay.opaque',
      'trusted.overlay.overlay.opaque',
    ].map((name) => applied(`an attribute of overlayfs: ${name}`, xattr(name, 'y'))),
    applied(
      'an attribute of overlayfs, as libarchive writes it',
      pax({ 'LIBARCHIVE.xattr.trusted%2Eoverlay%2Eredirect': Buffer.from('/etc').toString('base64') }),
      ok,
    ),
    either('an attribute without a kind', xattr('nothing')),
    refused('an attribute of no name', xattr('user.')),
    refused('an attribute with NUL', xattr('user.a\0b')),
    refused('an attribute whose name is too long', xattr(`user.${'n'.repeat(300)}`)),
    refused('an attribute that is too long', xattr('user.long', 'x'.repeat(70_000))),
    refused(
      'attributes beyond what a file holds',
      pax(
        Object.fromEntries(
          Array.from({ length: 3000 }, (_, at) => [`SCHILY.xattr.user.n${at}`, 'x'.repeat(200)]),
        ),
      ),
      ok,
    ),
    refused('a broken capability', xattr('security.capability', 'rubbish')),
    either('a broken access list', xattr('system.posix_acl_access', 'rubbish')),
    either('an attribute of SELinux', xattr('security.selinux', 'system_u:object_r:etc_t:s0\0')),
    either('an attribute of IMA', xattr('security.ima', '\u0001rubbish')),
    either('an attribute of the system', xattr('system.nothing')),
    either(
      'user attributes of a link and a device',
      Buffer.concat([
        pax({ 'SCHILY.xattr.user.x': 'x' }),
        rawEntry({ type: '2', name: 'l', linkName: 'x' }),
        pax({ 'SCHILY.xattr.user.x': 'x' }),
        rawEntry({ type: '6', name: 'p' }),
      ]),
    ),
    { name: 'a text', layers: [Buffer.from('../../etc/passwd\n'.repeat(100))], outcome: 'refused' },
    {
      name: 'a tar in a tar',
      layers: [makeTar([{ path: 'inner.tar', content: makeTar([{ path: '../evil', content: 'x' }]) }])],
      outcome: 'applied',
    },
    refused(
      'an old-style link that climbs',
      rawEntry({ magic: '', type: '1', name: 'h', linkName: '../outside/secret' }),
    ),
    applied('a header of 1979', rawEntry({ magic: '', type: '\0', name: 'old' }, 'x')),
    applied('a folder of 1979', rawHeader({ magic: '', type: '\0', name: 'old/' }), tarPadding(512)),
  ];
}
