import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { byteString } from '../../../../../src/core/layers/tar/byte-string.ts';
import { encodeTarHeader, tarEnd, tarPadding } from '../../../../../src/core/layers/tar/encode-tar-header.ts';
import type { TarEntry } from '../../../../../src/core/layers/tar/tar-entry.ts';
import { TarParser } from '../../../../../src/core/layers/tar/tar-parser.ts';

import { pax, rawEntry, rawTar } from '../../../../support/attacks/raw-tar.ts';

interface Member {
  readonly entry: TarEntry;
  readonly content: Buffer;
}

const plain: TarEntry = {
  type: 'file',
  path: 'a',
  linkPath: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 0,
  deviceMajor: 0,
  deviceMinor: 0,
  xattrs: new Map(),
};

function pack(members: readonly Member[]): Buffer {
  const parts = members.flatMap(({ entry, content }) => [
    encodeTarHeader(entry),
    content,
    tarPadding(content.length),
  ]);
  return Buffer.concat([...parts, tarEnd()]);
}

function unpack(archive: Uint8Array, pieceBytes = archive.length): Member[] {
  const parser = new TarParser();
  const members: { entry: TarEntry; content: Buffer }[] = [];
  // Pieces share one buffer, as those of files and decoders do.
  const shared = Buffer.alloc(pieceBytes);
  for (let at = 0; at < archive.length; at += pieceBytes) {
    const length = Buffer.from(archive.buffer, archive.byteOffset, archive.length).copy(shared, 0, at);
    for (const event of parser.feed(shared.subarray(0, length))) {
      const last = members.at(-1);
      if (event.kind === 'entry')
        members.push({ entry: event.entry, content: Buffer.alloc(event.entry.sizeBytes) });
      else if (event.kind === 'data') last?.content.set(event.chunk, event.offset);
    }
  }
  parser.finish();
  return members;
}

const name = fc
  .array(fc.stringMatching(/^[a-zA-Z0-9_é. -]{1,60}$/), { minLength: 1, maxLength: 8 })
  .map((parts) => byteString(parts.join('/')));
const number = fc.oneof(fc.nat(100), fc.constantFrom(2_097_151, 2_097_152, 4_294_967_294));
const member: fc.Arbitrary<Member> = fc
  .record({
    type: fc.constantFrom(
      'file' as const,
      'directory' as const,
      'symlink' as const,
      'hardlink' as const,
      'fifo' as const,
      'character' as const,
    ),
    path: name,
    link: name,
    mode: fc.nat(0o7777),
    uid: number,
    gid: number,
    content: fc.uint8Array({ maxLength: 3000 }),
    mtime: fc.oneof(fc.nat(2_000_000_000), fc.constantFrom(-5, 8 ** 11)),
    xattrs: fc.dictionary(fc.constantFrom('user.a', 'security.capability'), fc.uint8Array({ maxLength: 50 })),
    device: fc.nat(4095),
  })
  .map((raw) => {
    const isFile = raw.type === 'file';
    const isLink = raw.type === 'symlink' || raw.type === 'hardlink';
    const content = Buffer.from(isFile ? raw.content : []);
    const device = raw.type === 'character' ? raw.device : 0;
    const xattrs = new Map(
      Object.entries(raw.xattrs).map(([key, value]) => [key, Buffer.from(value).toString('latin1')]),
    );
    const entry: TarEntry = {
      type: raw.type,
      path: raw.path,
      linkPath: isLink ? raw.link : '',
      mode: raw.mode,
      uid: raw.uid,
      gid: raw.gid,
      sizeBytes: content.length,
      mtimeSeconds: raw.mtime,
      mtimeNanoseconds: 0,
      deviceMajor: device,
      deviceMinor: device,
      xattrs,
    };
    return { entry, content };
  });

describe('a tar we write', () => {
  it('is read back as it was, whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 6 }),
        fc.integer({ min: 1, max: 2000 }),
        (members, pieceBytes) => {
          expect(unpack(pack(members), pieceBytes)).toEqual(members);
        },
      ),
    );
  });

  it('is listed by GNU tar with the same names', () => {
    const dir = mkdtempSync(join(tmpdir(), 'gantry-tar-'));
    const names = [
      'short',
      `${'d'.repeat(120)}/${'f'.repeat(90)}`,
      'x'.repeat(180),
      `${'q'.repeat(60)}/`.repeat(6),
    ];
    const members = names.map((path) => ({ entry: { ...plain, path }, content: Buffer.alloc(0) }));
    writeFileSync(join(dir, 'x.tar'), pack(members));
    const listed = execFileSync('tar', ['-tf', join(dir, 'x.tar')], { encoding: 'utf8' });
    rmSync(dir, { recursive: true });
    expect(listed.trim().split('\n')).toEqual(names);
  });
});

describe('a tar of other programs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gantry-tar-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const long = `${'long/'.repeat(50)}name-${'n'.repeat(80)}`;
  execFileSync(
    'sh',
    [
      '-c',
      `mkdir -p tree/$(dirname ${long}); echo long > tree/${long}; printf 'utf' > tree/häß; ln -s ${'t'.repeat(150)} tree/link
       truncate -s 1M tree/sparse; printf start | dd of=tree/sparse conv=notrunc 2>/dev/null
       for i in 1 2 3 4 5 6 7 8 9; do printf part$i | dd of=tree/sparse bs=1 seek=$((i*100000)) conv=notrunc 2>/dev/null; done; truncate -s 1100000 tree/sparse`,
    ],
    { cwd: dir },
  );
  const formats = [
    ['GNU', ['--format=gnu']],
    ['PAX', ['--format=pax']],
    ['GNU with sparse files', ['--format=gnu', '--sparse']],
    ['PAX with sparse files 1.0', ['--format=pax', '--sparse', '--sparse-version=1.0']],
    ['PAX with sparse files 0.1', ['--format=pax', '--sparse', '--sparse-version=0.1']],
    ['PAX with sparse files 0.0', ['--format=pax', '--sparse', '--sparse-version=0.0']],
  ] as const;

  it.each(formats)('is read in %s form', (_, args) => {
    const archive = execFileSync('tar', ['-c', ...args, '-C', join(dir, 'tree'), '.'], {
      maxBuffer: 1 << 26,
    });
    for (const pieceBytes of [archive.length, 100, 513]) {
      const members = new Map(unpack(archive, pieceBytes).map((item) => [item.entry.path, item]));
      expect(members.get(`./${long}`)?.content.toString()).toBe('long\n');
      expect(members.get(byteString('./häß'))?.content.toString()).toBe('utf');
      expect(members.get('./link')?.entry.linkPath).toBe('t'.repeat(150));
      const sparse = members.get('./sparse')?.content;
      expect(sparse?.length).toBe(1_100_000);
      expect(sparse?.subarray(0, 5).toString()).toBe('start');
      expect(sparse?.subarray(900_000, 900_005).toString()).toBe('part9');
      expect(sparse?.subarray(950_000, 950_005).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('is read with times before 1970 and parts of a second', () => {
    const out = execFileSync('tar', [
      '-c',
      '--format=pax',
      '--mtime=@-1.25',
      '-C',
      join(dir, 'tree'),
      './link',
    ]);
    expect(unpack(out)[0]?.entry).toMatchObject({ mtimeSeconds: -2, mtimeNanoseconds: 750_000_000 });
  });
});

describe('a broken tar', () => {
  const good = pack([{ entry: { ...plain, sizeBytes: 600 }, content: Buffer.alloc(600, 1) }]);

  it('is refused when cut short', () => {
    expect(() => unpack(good.subarray(0, 700))).toThrow(/middle of an entry/);
    expect(() => unpack(good.subarray(0, 100))).toThrow(/middle of an entry/);
  });

  it('may lack its end marks and may have rubbish after them', () => {
    expect(unpack(good.subarray(0, 512 + 1024))).toHaveLength(1);
    expect(unpack(Buffer.concat([good, Buffer.alloc(3000, 7)]))).toHaveLength(1);
  });

  it('is refused with a wrong checksum', () => {
    const bad = Buffer.from(good);
    bad[0] = 0x7a;
    expect(() => unpack(bad)).toThrow(/checksum/);
  });

  it('never makes the reader do anything but answer or refuse', () => {
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        (members, damage) => {
          const archive = pack(members);
          for (const [at, byte] of damage) archive[at % archive.length] = byte;
          try {
            for (const { entry } of unpack(archive, 700)) expect(entry.mode).toBeLessThanOrEqual(0o7777);
          } catch (error) {
            expect(error).toMatchObject({ kind: 'corrupt', code: 'bad-tar' });
          }
        },
      ),
    );
  });
});

describe('what other programs write', () => {
  const only = (archive: Uint8Array): TarEntry => unpack(archive)[0]?.entry as TarEntry;

  it('star keeps times behind a shorter prefix', () => {
    const at = { 476: Buffer.from('14641234567 14641234567 '), 508: Buffer.from('tar\0') };
    const header = { prefix: 'p'.repeat(131), name: 'x', at };
    expect(only(rawTar(rawEntry(header))).path).toBe(`${'p'.repeat(131)}/x`);
  });

  it('libarchive encodes attributes twice over; the plain form comes first', () => {
    const value = Buffer.from('value').toString('base64');
    const records = {
      'LIBARCHIVE.xattr.user.a%3Db': value,
      'LIBARCHIVE.xattr.user.both': Buffer.from('wrong').toString('base64'),
      'SCHILY.xattr.user.both': 'right',
    };
    expect([...only(rawTar(pax(records), rawEntry({}))).xattrs]).toEqual([
      ['user.a=b', 'value'],
      ['user.both', 'right'],
    ]);
  });

  it('attribute names that hold = and % go as GNU tar has them', () => {
    const xattrs = new Map([['user.a=b%c', 'value']]);
    const archive = pack([{ entry: { ...plain, xattrs }, content: Buffer.alloc(0) }]);
    expect(archive.toString('latin1')).toContain('SCHILY.xattr.user.a%3Db%25c=value');
    expect([...only(archive).xattrs]).toEqual([...xattrs]);
  });

  it('a sparse map may come byte by byte', () => {
    const map = Buffer.alloc(512);
    map.write('2\n0\n3\n1000\n2\n');
    const records = { 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '2000' };
    const archive = rawTar(pax(records), rawEntry({}, Buffer.concat([map, Buffer.from('abcde')])));
    for (const piece of [1, 7, 512, 100_000]) {
      const [member] = unpack(archive, piece);
      const content = Buffer.alloc(2000);
      content.write('abc');
      content.write('de', 1000);
      expect(member?.content.equals(content)).toBe(true);
    }
  });
});
