import { describe, expect, it } from 'vitest';
import { FileGrowth, GrowthBroken } from '../../../../src/core/layers/file-growth.ts';

describe('a file that grows', () => {
  it('has what was reached, seen through shared memory', () => {
    const writer = new FileGrowth();
    const reader = new FileGrowth(writer.shared);
    writer.reach(5_000_000_000);
    expect(reader.beyond(0)).toBe(5_000_000_000);
    expect(reader.beyond(4_999_999_999)).toBe(5_000_000_000);
  });

  it('gives the rest after its end, and then no more', () => {
    const growth = new FileGrowth();
    growth.reach(10);
    growth.end(true);
    expect([growth.beyond(3), growth.beyond(10)]).toEqual([10, 10]);
  });

  it('may be empty', () => {
    const growth = new FileGrowth();
    growth.end(true);
    expect(growth.beyond(0)).toBe(0);
  });

  it('whose writer gave up gives nothing, whatever came before, and an end that counts comes once', () => {
    const growth = new FileGrowth();
    growth.reach(10);
    growth.end(false);
    growth.end(true);
    expect(() => growth.beyond(0)).toThrow(GrowthBroken);
    const whole = new FileGrowth();
    whole.reach(1);
    whole.end(true);
    whole.end(false);
    expect(whole.beyond(0)).toBe(1);
  });
});
