import { gzipSync, zstdCompressSync } from 'node:zlib';
import { makeTar, type TarMember } from '../tar-fixture.ts';
import type { Attack } from './attack.ts';
import { rawEntry, rawTar } from './raw-tar.ts';

/** Archives that cost their reader more than they cost their writer, and compressed data that lies or breaks off. */
export function floodAttacks(): readonly Attack[] {
  const many = (count: number, member: (at: number) => TarMember): readonly TarMember[] =>
    Array.from({ length: count }, (_, at) => member(at));
  const tar = makeTar([{ path: 'x', content: Buffer.alloc(300_000, 'abcdefg') }]);
  const gzip = gzipSync(tar);
  const zstd = zstdCompressSync(tar);
  const refused = (name: string, bytes: Uint8Array): Attack => ({
    name,
    layers: [bytes],
    outcome: 'refused',
  });
  const applied = (name: string, bytes: Uint8Array): Attack => ({
    name,
    layers: [bytes],
    outcome: 'applied',
  });
  return [
    refused(
      'a bomb of zstd',
      zstdCompressSync(makeTar([{ path: 'zeros', content: Buffer.alloc(80 * 1024 * 1024) }])),
    ),
    applied(
      'zeros by gzip, which take no room',
      gzipSync(Buffer.concat([rawEntry({ name: 'zeros' }, Buffer.alloc(72 * 1024 * 1024))]), { level: 1 }),
    ),
    refused('gzip that is cut', gzip.subarray(0, gzip.length - 100)),
    refused('gzip that is cut in its trailer', gzip.subarray(0, gzip.length - 5)),
    refused(
      'gzip with a wrong checksum',
      Buffer.concat([gzip.subarray(0, gzip.length - 8), Buffer.alloc(4), gzip.subarray(-4)]),
    ),
    refused(
      'gzip with damage',
      Buffer.concat([gzip.subarray(0, 200), Buffer.alloc(50, 0xff), gzip.subarray(250)]),
    ),
    refused('gzip of nothing but a head', gzip.subarray(0, 10)),
    refused('zstd that is cut', zstd.subarray(0, zstd.length - 20)),
    refused(
      'zstd with damage',
      Buffer.concat([zstd.subarray(0, 40), Buffer.alloc(30, 0xff), zstd.subarray(70)]),
    ),
    refused('zstd that wants a window of 2 GB', Buffer.from('28b52ffd00a8010000', 'hex')),
    refused(
      'zstd of a skippable frame that never ends',
      Buffer.concat([Buffer.from('502a4d18ffffffff', 'hex'), Buffer.alloc(1000)]),
    ),
    refused('xz that is cut', Buffer.from('fd377a585a000004e6d6b446', 'hex')),
    refused('xz of rubbish', Buffer.concat([Buffer.from('fd377a585a0000', 'hex'), Buffer.alloc(5000, 7)])),
    refused('bzip2 of rubbish', Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.alloc(5000, 7)])),
    refused('gzip with rubbish behind', Buffer.concat([gzip, Buffer.from('../rubbish')])),
    {
      name: 'gzip and zstd, one behind the other',
      layers: [Buffer.concat([gzipSync(tar.subarray(0, 1000)), zstd])],
    },
    applied(
      'a hundred thousand empty members of gzip',
      Buffer.concat([...Array<Buffer>(100_000).fill(gzipSync('')), gzip]),
    ),
    applied(
      'compressed twice, so that only text is seen',
      gzipSync(makeTar([{ path: 'inner.gz', content: gzip }])),
    ),
    refused('compressed twice', gzipSync(gzip)),

    applied(
      'two thousand folders, each replaced by a file',
      makeTar([
        ...many(2_000, (at) => ({ path: `d/${at}/` })),
        ...many(2_000, (at) => ({ path: `d/${at}` })),
      ]),
    ),
    applied(
      'an opaque marker twenty thousand times',
      makeTar([
        ...many(1_000, (at) => ({ path: `d/${at}` })),
        ...many(20_000, () => ({ path: 'd/.wh..wh..opq' })),
      ]),
    ),
    applied(
      'names through a link that changes all the time',
      makeTar([
        { path: 'a/x' },
        { path: 'b/x' },
        ...Array.from({ length: 500 }, (_, at): readonly TarMember[] => [
          { path: 'l', type: 'symlink' as const, linkPath: at % 2 ? 'a' : 'b' },
          { path: `l/${at}` },
        ]).flat(),
      ]),
    ),
    applied(
      'a folder made and removed again',
      makeTar(
        many(1_000, (at) =>
          at % 3 === 0 ? { path: 'd' } : at % 3 === 1 ? { path: 'd/' } : { path: 'd/sub/deep/' },
        ),
      ),
    ),
    refused(
      'links that lead deeper and deeper',
      makeTar([
        { path: `${'d/'.repeat(400)}` },
        { path: 'l', type: 'symlink', linkPath: 'd/'.repeat(400).slice(0, -1) },
        { path: `l/${'e/'.repeat(400)}` },
      ]),
    ),
    refused(
      'links that lead to names too long to be named',
      makeTar([
        { path: `${`${'n'.repeat(200)}/`.repeat(12)}` },
        { path: 'l', type: 'symlink', linkPath: `${`${'n'.repeat(200)}/`.repeat(12)}`.slice(0, -1) },
        { path: `l/${`${'m'.repeat(200)}/`.repeat(12)}` },
      ]),
    ),
    refused(
      'sixty-six thousand hard links to one file',
      makeTar([
        { path: 'f' },
        ...many(66_000, (at) => ({ path: `h${at}`, type: 'hardlink' as const, linkPath: 'f' })),
      ]),
    ),
    {
      name: 'a sparse file of a fifty thousand parts',
      layers: [rawTar(sparseOfManyParts(50_000))],
      outcome: 'applied',
    },
  ];
}

function sparseOfManyParts(count: number): Buffer {
  const numbers = Array.from({ length: count }, (_, at) => `${at * 4}\n1\n`).join('');
  const map = Buffer.from(`${count}\n${numbers}`);
  const padded = Buffer.concat([map, Buffer.alloc((512 - (map.length % 512)) % 512)]);
  const records = `30 GNU.sparse.realsize=${String(count * 4).padStart(7, '0')}\n`;
  const head = [
    '22 GNU.sparse.major=1\n',
    '22 GNU.sparse.minor=0\n',
    records.replace(/^30/, String(records.length)),
  ].join('');
  return Buffer.concat([
    rawEntry({ type: 'x' }, head),
    rawEntry({ name: 'sparse' }, Buffer.concat([padded, Buffer.alloc(count, 'x')])),
  ]);
}
