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

  it('leaves nothing of secrets that overlap, and shows the same wherever the stream is cut', () => {
    expect(shown(['aabb', 'bbccdd'], ['xaabbccddx'])).toBe('x***x');
    expect(shown(['abcd', 'abcdef'], ['abcd'])).toBe('***');
    expect(shown(['aaaa'], ['aaa', 'aaa', 'ab', 'aaaa'])).toBe('***b***');
    const letters = fc
      .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 9 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 4 }),
        fc.array(letters, { minLength: 1 }),
        (secrets, chunks) => {
          const whole = shown(secrets, [chunks.join('')]);
          expect(shown(secrets, chunks)).toBe(whole);
          for (const secret of secrets) if (secret.length >= 4) expect(whole).not.toContain(secret);
        },
      ),
    );
  });

  it('does not look at the whole stream for each of ten thousand lines', () => {
    const lines = Array.from({ length: 10_000 }, (_, at) => `line ${at} of a bundle of certificates`);
    const mask = new SecretMask([Buffer.from(lines.join('\n'))]);
    const noise = Buffer.alloc(1 << 20, 'some output of a step, line by line\n');
    for (let at = 0; at < 3; at += 1) expect(mask.take(noise).length).toBeGreaterThan(0);
    expect(Buffer.from(mask.take(Buffer.from(`\n${lines[7777]}\n`))).toString()).toMatch(/\n\*\*\*\n$/);
  });

  it('holds nothing back that cannot be a secret', () => {
    const mask = new SecretMask([Buffer.from('swordfish')]);
    expect(Buffer.from(mask.take(Buffer.from('progress 10%'))).toString()).toBe('progress 10%');
    expect(Buffer.from(mask.take(Buffer.from('pass'))).toString()).toBe('pas');
    expect(Buffer.from(mask.end()).toString()).toBe('s');
  });
});
