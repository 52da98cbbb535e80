import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import fc from 'fast-check';
import { setFileTimes } from '../../src/core/host/file-times.ts';
import { deviceNumber, makeNode } from '../../src/core/host/make-node.ts';
import { pathInside } from '../../src/core/host/path-inside.ts';
import { setXattr } from '../../src/core/host/xattrs.ts';

/** One thing to make somewhere in a tree. Numbers are taken modulo what there is. */
export interface Planting {
  readonly kind: 'file' | 'sparse' | 'directory' | 'symlink' | 'hardlink' | 'fifo' | 'character' | 'block';
  /** Bytes, as latin1. */
  readonly name: string;
  readonly parent: number;
  readonly target: number;
  readonly content: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly xattrs: readonly (readonly [string, Uint8Array])[];
}

/** Everything a byte can be in a name, and what people and programs trip over. */
const name = fc
  .oneof(
    fc.stringMatching(/^[a-c]{1,2}$/),
    fc.string({
      unit: fc.integer({ min: 1, max: 255 }).map((byte) => String.fromCharCode(byte)),
      minLength: 1,
      maxLength: 40,
    }),
    fc.constantFrom(
      'ü',
      '日本',
      ' ',
      '-rf',
      'a\nb',
      'x'.repeat(255),
      'y'.repeat(101),
      '\u00ff\u00fe',
      '.hidden',
      '..x',
    ),
  )
  .map((text) => Buffer.from(text, 'latin1').toString('latin1').replaceAll('/', '_').replaceAll('\0', '_'))
  .filter((text) => text !== '.' && text !== '..' && text !== '' && !text.startsWith('.wh.'));

const owner = fc.constantFrom(0, 1, 1000, 65_534, 2_097_151, 2_097_152, 2 ** 31, 2 ** 32 - 2);

export const planting: fc.Arbitrary<Planting> = fc.record({
  kind: fc.constantFrom(
    'file',
    'file',
    'directory',
    'directory',
    'sparse',
    'symlink',
    'hardlink',
    'fifo',
    'character',
    'block',
  ),
  name,
  parent: fc.nat(),
  target: fc.nat(),
  content: fc.oneof(fc.uint8Array({ maxLength: 700 }), fc.constant(new Uint8Array(5000))),
  mode: fc.oneof(fc.constantFrom(0o644, 0o755, 0o4755, 0o2755, 0o1777, 0, 0o7777), fc.nat(0o7777)),
  uid: owner,
  gid: owner,
  seconds: fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 33 }), fc.constantFrom(0, -1, 1)),
  nanoseconds: fc.oneof(fc.nat(999_999_999), fc.constantFrom(0, 1, 999_999_999, 500_000_000)),
  xattrs: fc.oneof(
    fc.constant([]),
    fc.array(
      fc.tuple(
        fc.oneof(
          fc.constantFrom('user.a=b', 'user.100%', 'user.%3D', 'user.\u00fc', 'user.plain'),
          fc.stringMatching(/^user\.[ -~]{1,20}$/),
        ),
        fc.uint8Array({ maxLength: 60 }),
      ),
      { maxLength: 2 },
    ),
    fc.constant([
      ['security.capability', Buffer.from('0100000200040000000000000000000000000000', 'hex')] as const,
    ]),
  ),
});

/** Makes them in a folder; what cannot be made where it falls is left out. */
export function plant(root: string, plantings: readonly Planting[]): void {
  const folders: Buffer[] = [Buffer.from(root)];
  const files: Buffer[] = [];
  const made: { readonly path: Buffer; readonly planting: Planting }[] = [];
  for (const planting of plantings) {
    const path = pathInside(
      folders[planting.parent % folders.length] as Buffer,
      Buffer.from(planting.name, 'latin1'),
    );
    if (path.length > 3000 || lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    if (planting.kind === 'hardlink') {
      const target = files[planting.target % Math.max(1, files.length)];
      if (target !== undefined) linkSync(target, path);
      continue;
    }
    make(path, planting);
    if (planting.kind === 'directory') folders.push(path);
    else files.push(path);
    made.push({ path, planting });
  }
  for (const { path, planting } of made.toReversed()) dress(path, planting);
}

function make(path: Buffer, { kind, name: text, content, target }: Planting): void {
  switch (kind) {
    case 'directory':
      mkdirSync(path);
      return;
    case 'symlink':
      symlinkSync(Buffer.from(text, 'latin1'), path);
      return;
    case 'fifo':
      makeNode(path, 'fifo', 0o600);
      return;
    case 'character':
      makeNode(path, 'char', 0o600, deviceNumber(1 + (target % 4000), target % 1_000_000));
      return;
    case 'block':
      makeNode(path, 'block', 0o600, deviceNumber(target % 4000, target % 1_000_000));
      return;
    default: {
      const fd = openSync(path, 'wx');
      writeSync(fd, content);
      if (kind === 'sparse') {
        ftruncateSync(fd, 600_000);
        writeSync(fd, content, 0, content.length, 300_000);
      }
      closeSync(fd);
    }
  }
}

function dress(path: Buffer, { kind, uid, gid, mode, xattrs, seconds, nanoseconds }: Planting): void {
  lchownSync(path, uid, gid);
  const takesXattrs = kind === 'file' || kind === 'sparse' || kind === 'directory';
  for (const [key, value] of takesXattrs ? xattrs : []) {
    if (key === 'security.capability' && kind === 'directory') continue;
    setXattr(path, Buffer.from(key, 'latin1'), value);
  }
  if (kind !== 'symlink') chmodSync(path, mode);
  setFileTimes(path, { modified: { seconds, nanoseconds } });
}
