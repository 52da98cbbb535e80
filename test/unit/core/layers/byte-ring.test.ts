import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { ByteRing, RingBroken } from '../../../../src/core/layers/byte-ring.ts';
import { sha256Digester } from '../../../../src/oci/sha256.ts';

const source = new URL('../../../../src/core/layers/byte-ring.ts', import.meta.url).href;

/** The other end in a thread of its own, which runs `body` with `ring`. */
function thread(ring: ByteRing, body: string): Worker {
  const code = `const { workerData, parentPort } = require('node:worker_threads');
    import(${JSON.stringify(source)}).then(({ ByteRing }) => { const ring = new ByteRing(workerData); ${body} });`;
  return new Worker(code, { eval: true, workerData: ring.shared });
}

describe('ByteRing', () => {
  it('brings all bytes in order, many times its own length', async () => {
    const ring = new ByteRing({ capacityBytes: 4096 });
    const worker = thread(
      ring,
      `for (let n = 0; n < 3000; n += 1) ring.write(new Uint8Array(n % 700).fill(n)); ring.end();`,
    );
    const wanted = sha256Digester();
    for (let n = 0; n < 3000; n += 1) wanted.update(new Uint8Array(n % 700).fill(n));
    const got = sha256Digester();
    for (let piece = ring.peek(1000); piece !== undefined; piece = ring.peek(1000)) {
      got.update(piece);
      ring.release(piece.length);
    }
    expect(got.digest()).toBe(wanted.digest());
    await worker.terminate();
  });

  it('takes what was put into its room without copying it, however the room lies', async () => {
    const ring = new ByteRing({ capacityBytes: 4096 });
    const worker = thread(
      ring,
      `for (let n = 0; n < 3000; n += 1) {
        const room = ring.room(1 + (n % 700)).fill(n);
        ring.write(room.subarray(0, Math.ceil(room.length / 2)));
        ring.write(Uint8Array.of(n));
      }
      ring.end();`,
    );
    let last = 0;
    for (let piece = ring.peek(1000); piece !== undefined; piece = ring.peek(1000)) {
      for (const byte of piece) {
        if (byte !== last) expect(byte).toBe((last + 1) % 256);
        last = byte;
      }
      ring.release(piece.length);
    }
    expect(last).toBe(2999 % 256);
    await worker.terminate();
  });

  it('wakes a reader that waits when the other end gives up', async () => {
    const ring = new ByteRing({ capacityBytes: 4096 });
    const worker = thread(ring, 'ring.break();');
    expect(() => ring.peek(10)).toThrow(RingBroken);
    await worker.terminate();
  });

  it('wakes a writer that waits for room when the other end gives up', async () => {
    const ring = new ByteRing({ capacityBytes: 4096 });
    ring.write(new Uint8Array(4096));
    const worker = thread(ring, 'ring.break();');
    expect(() => ring.write(new Uint8Array(1))).toThrow(RingBroken);
    await worker.terminate();
  });

  it('gives what was written before it ended, and then the end', () => {
    const ring = new ByteRing({ capacityBytes: 4096 });
    ring.write(Uint8Array.of(1, 2, 3));
    ring.end();
    expect([...(ring.peek(2) ?? [])]).toEqual([1, 2]);
    ring.release(2);
    expect([...(ring.peek(2) ?? [])]).toEqual([3]);
    ring.release(1);
    expect(ring.peek(2)).toBeUndefined();
  });
});
