import { describe, expect, it } from 'vitest';
import { parseDiffId } from '../../../src/oci/digest.ts';
import { chainId, chainIds, sha256 } from '../../../src/oci/sha256.ts';

const a = parseDiffId(`sha256:${'a'.repeat(64)}`);
const b = parseDiffId(`sha256:${'b'.repeat(64)}`);

describe('chain IDs', () => {
  it('are the diff ID itself for the lowest layer', () => {
    expect(chainId(undefined, a)).toBe(a);
  });

  it('hash parent, blank and diff ID above it', () => {
    expect(chainIds([a, b])).toEqual([a, sha256(`${a} ${b}`)]);
  });
});

describe('parseDigest', () => {
  it.each([
    '',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `md5:${'a'.repeat(32)}`,
    `sha256:${'a'.repeat(63)}/../x`,
  ])('refuses %j', (text) => {
    expect(() => parseDiffId(text)).toThrow(/invalid digest/);
  });
});
