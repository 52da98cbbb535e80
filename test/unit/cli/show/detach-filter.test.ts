import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detachFilter } from '../../../../src/cli/show/detach-filter.ts';

const keys = Uint8Array.of(16, 17);
const feed = (...chunks: number[][]) => {
  const filter = detachFilter(keys);
  const passed: number[] = [];
  for (const chunk of chunks) {
    const { pass, detached } = filter(Uint8Array.from(chunk));
    passed.push(...pass);
    if (detached) return { passed, detached };
  }
  return { passed, detached: false };
};

describe('the detach keys', () => {
  it('leave, wherever the input is cut', () => {
    expect(feed([97, 16, 17, 98])).toEqual({ passed: [97], detached: true });
    expect(feed([97, 16], [17])).toEqual({ passed: [97], detached: true });
  });

  it('reach the process when they turn out to be others', () => {
    expect(feed([16], [97])).toEqual({ passed: [16, 97], detached: false });
    expect(feed([16, 16, 17])).toEqual({ passed: [16], detached: true });
    expect(feed([17, 16])).toEqual({ passed: [17], detached: false });
  });

  it('may be none at all', () => {
    const filter = detachFilter(new Uint8Array());
    expect(filter(keys)).toEqual({ pass: keys, detached: false });
  });

  it('change no byte of an input without them', () => {
    const chunk = fc.array(fc.integer({ min: 0, max: 255 }).filter((byte) => byte !== 17));
    fc.assert(
      fc.property(fc.array(chunk), (chunks) => {
        const { passed, detached } = feed(...chunks, [0]);
        expect(detached).toBe(false);
        expect(passed).toEqual([...chunks.flat(), 0]);
      }),
    );
  });
});
