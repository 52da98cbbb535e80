import { array, assert, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteRanges } from '../../../../src/core/content/byte-ranges.ts';

const size = 40;
const anyRange = tuple(integer({ min: 0, max: size }), integer({ min: 0, max: size })).map(([a, b]) => ({
  start: Math.min(a, b),
  end: Math.max(a, b),
}));

describe('byte ranges', () => {
  it('hold what a set of single bytes would hold, joined and in order', () => {
    assert(
      property(array(anyRange, { maxLength: 20 }), (added) => {
        const ranges = new ByteRanges(added);
        const bytes = new Set(added.flatMap(({ start, end }) => between(start, end)));
        expect(ranges.list.flatMap(({ start, end }) => between(start, end))).toEqual(
          [...bytes].toSorted(byNumber),
        );
        expect(ranges.gaps(size).flatMap(({ start, end }) => between(start, end))).toEqual(
          between(0, size).filter((byte) => !bytes.has(byte)),
        );
        expect(ranges.sizeBytes).toBe(bytes.size);
        expect(ranges.prefixEnd).toBe(between(0, size + 1).find((byte) => !bytes.has(byte)));
        for (const [index, { start }] of ranges.list.entries()) {
          if (index > 0) expect(ranges.list[index - 1]?.end).toBeLessThan(start);
        }
      }),
    );
  });
});

function between(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function byNumber(a: number, b: number): number {
  return a - b;
}
