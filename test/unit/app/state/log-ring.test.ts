import { describe, expect, it } from 'vitest';
import { LogRing } from '../../../../src/app/state/log-ring.ts';

const line = (text: string) => ({ stream: 'stdout', time: '2026-01-01T00:00:00Z', text }) as const;

describe('log ring', () => {
  it('keeps the newest lines under numbers that never change', () => {
    const ring = new LogRing({ lines: 3, bytes: 1 << 20 });
    for (let n = 0; n < 5; n += 1) ring.push(line(`line ${n}`));
    expect([ring.first, ring.end, ring.length]).toEqual([2, 5, 3]);
    expect([1, 2, 4, 5].map((n) => ring.at(n)?.text)).toEqual([undefined, 'line 2', 'line 4', undefined]);
  });

  it('drops by memory too, but never the newest line', () => {
    const ring = new LogRing({ lines: 1000, bytes: 5000 });
    for (let n = 0; n < 100; n += 1) ring.push(line('x'.repeat(500)));
    expect(ring.length).toBe(4);
    expect(ring.bytes).toBeLessThanOrEqual(5000);
    ring.push(line('y'.repeat(10_000)));
    expect([ring.length, ring.at(ring.end - 1)?.text.length]).toEqual([1, 10_000]);
  });

  it('is empty after clear, with numbers that go on', () => {
    const ring = new LogRing();
    ring.push(line('a'));
    ring.clear();
    expect([ring.length, ring.bytes, ring.end]).toEqual([0, 0, 1]);
    ring.push(line('b'));
    expect(ring.at(1)?.text).toBe('b');
  });
});
