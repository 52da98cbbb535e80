import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/descriptor.ts';
import { parseDigest } from '../../../src/oci/digest.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { platformMatches, selectManifest } from '../../../src/oci/platform-match.ts';
import { formatPlatform, parsePlatform } from '../../../src/oci/platform-parse.ts';

const host = { os: 'linux', architecture: 'amd64' };

describe('parsePlatform', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['aarch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['armhf', 'linux/arm/v7'],
    ['linux', 'linux/amd64'],
    ['macos/arm64', 'darwin/arm64'],
  ])('reads %s as %s', (text, want) => {
    expect(formatPlatform(parsePlatform(text, host))).toBe(want);
  });

  it.each(['', 'linux/', 'a/b/c/d', 'linux/amd 64', 'nonsense'])('refuses %j', (text) => {
    expect(() => parsePlatform(text, host)).toThrow(expect.objectContaining({ code: 'bad-platform' }));
  });
});

describe('selectManifest', () => {
  const of = (digit: string, os: string, architecture: string, variant?: string): Descriptor => ({
    mediaType: mediaTypes.manifest,
    digest: parseDigest(`sha256:${digit.repeat(64)}`),
    size: 1,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
  });
  const attestation = of('0', 'unknown', 'unknown');
  const amd = of('1', 'linux', 'amd64');
  const arm7 = of('2', 'linux', 'arm', 'v7');
  const arm6 = of('3', 'linux', 'arm', 'v6');
  const arm64 = of('4', 'linux', 'arm64', 'v8');

  it('takes the exact platform before a compatible one', () => {
    expect(selectManifest([attestation, arm7, arm6, arm64, amd], parsePlatform('linux/arm64', host))).toBe(
      arm64,
    );
    expect(selectManifest([arm7, arm6], parsePlatform('linux/arm64', host))).toBe(arm7);
    expect(selectManifest([arm6], parsePlatform('linux/arm/v7', host))).toBe(arm6);
  });

  it('never takes a newer variant, another system or an attestation', () => {
    expect(selectManifest([arm7], parsePlatform('linux/arm/v6', host))).toBeUndefined();
    expect(selectManifest([amd], parsePlatform('windows/amd64', host))).toBeUndefined();
    expect(selectManifest([attestation], host)).toBeUndefined();
  });

  it('knows what a machine can run', () => {
    expect(platformMatches({ os: 'linux', architecture: '386' }, host)).toBe(true);
    expect(platformMatches({ os: 'linux', architecture: 'arm64' }, host)).toBe(false);
  });
});
