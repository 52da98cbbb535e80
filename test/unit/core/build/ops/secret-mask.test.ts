import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretMask } from '../../../../../src/core/build/ops/secret-mask.ts';

function shown(secrets: readonly string[], chunks: readonly string[]): string {
  const mask = new SecretMask(secrets.map((secret) => Buffer.from(secret)));
  const parts = chunks.map((chunk) => mask.take(Buffer.from(chunk)));
  return Buffer.concat([...parts, mask.end()]).toString();
}

describe('the mask of secrets', () => {
  it('hides them wherever the stream is cut', () => {
    expect(shown(['swordfish'], ['say sword', 'fish', ' and swo', 'rdsmith'])).toBe('say *** and swordsmith');
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (cuts) => {
        const text = 'aab aabaab xaabaabaac swordfishswordfish é☃';
        const ends = [...new Set(cuts)].sort((a, b) => a - b);
        const chunks = [...ends, text.length].map((end, at) => text.slice(ends[at - 1] ?? 0, end));
        expect(shown(['swordfish', 'aabaac'], chunks)).toBe('aab aabaab xaab*** ****** é☃');
      }),
    );
  });

  it('takes lines of a key one by one, the longer secret first, and leaves trifles', () => {
    expect(shown(['line one\nline two\n'], ['line two, line one'])).toBe('***, ***');
    expect(shown(['token', 'token-long'], ['token-long token'])).toBe('*** ***');
    expect(shown(['yes', ''], ['yes or no'])).toBe('yes or no');
  });

  it('holds nothing back that cannot be a secret', () => {
    const mask = new SecretMask([Buffer.from('swordfish')]);
    expect(Buffer.from(mask.take(Buffer.from('progress 10%'))).toString()).toBe('progress 10%');
    expect(Buffer.from(mask.take(Buffer.from('pass'))).toString()).toBe('pas');
    expect(Buffer.from(mask.end()).toString()).toBe('s');
  });
});
