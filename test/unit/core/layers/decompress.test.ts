import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, decompress, inflateByStream } from '../../../../src/core/layers/decompress.ts';
import { syncInflater } from '../../../../src/core/layers/sync-inflate.ts';

async function gather(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** In pieces that share one buffer, as files are read. */
function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  const shared = Buffer.alloc(length);
  for (let at = 0; at < bytes.length; at += length) {
    const piece = bytes.subarray(at, at + length);
    shared.set(piece);
    yield shared.subarray(0, piece.length);
  }
}

describe('decompress', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc.nat(1_000_000).map((n) => new Uint8Array(n)),
  );
  const packed = (bytes: Uint8Array, form: string): Uint8Array => {
    if (form === 'gzip') return gzipSync(bytes);
    if (form === 'two gzip members')
      return Buffer.concat([gzipSync(bytes.subarray(0, 7)), gzipSync(bytes.subarray(7))]);
    if (form === 'padded gzip') return Buffer.concat([gzipSync(bytes), Buffer.alloc(600)]);
    if (form === 'two zstd frames')
      return Buffer.concat([zstdCompressSync(bytes.subarray(0, 7)), zstdCompressSync(bytes.subarray(7))]);
    return form === 'zstd' ? zstdCompressSync(bytes) : Buffer.concat([Buffer.from('plain '), bytes]);
  };

  it.each(['plain', 'gzip', 'two gzip members', 'padded gzip', 'zstd', 'two zstd frames'])(
    'gives back what was packed: %s',
    async (form) => {
      await fc.assert(
        fc.asyncProperty(content, fc.integer({ min: 1, max: 70_000 }), async (bytes, length) => {
          const input = packed(bytes, form);
          const wanted = form === 'plain' ? input : bytes;
          expect(
            Buffer.compare(
              await gather(decompress(pieces(input, Math.max(length, input.length >> 8)))),
              wanted,
            ),
          ).toBe(0);
        }),
        { numRuns: 15 },
      );
    },
  );

  it('has a synchronous decoder in this Node, and does as well without', async () => {
    expect(syncInflater('gzip')).toBeDefined();
    expect(syncInflater('zstd')).toBeDefined();
    const bytes = Buffer.from('some text '.repeat(100_000));
    expect((await gather(inflateByStream(pieces(gzipSync(bytes), 100), 'gzip'))).equals(bytes)).toBe(true);
    expect((await gather(inflateByStream(pieces(zstdCompressSync(bytes), 100), 'zstd'))).equals(bytes)).toBe(
      true,
    );
  });

  it.each([
    ['cut', gzipSync(Buffer.alloc(9000, 'abc')).subarray(0, 30)],
    ['with a wrong sum', Buffer.concat([gzipSync('hello').subarray(0, -8), Buffer.alloc(8)])],
    ['no gzip after all', Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), deflateSync('hello')])],
  ])('refuses gzip that is %s', async (_, bytes) => {
    await expect(gather(decompress([bytes]))).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'bad-compression',
    });
  });

  it('gives a bomb out in small pieces, however small it came', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
    let largest = 0;
    for await (const piece of decompress([bomb] satisfies ByteSource))
      largest = Math.max(largest, piece.length);
    expect(largest).toBeLessThanOrEqual(256 * 1024);
  });
});
