import type { Descriptor } from './descriptor.ts';
import type { Platform } from './platform.ts';
import { formatPlatform, normalizePlatform } from './platform-parse.ts';

/**
 * The platforms a machine of the wanted one can run, best first: exact, then lower variants, then the older
 * architecture (arm64 runs arm, amd64 runs 386).
 */
export function platformPreference(wanted: Platform): readonly Platform[] {
  const { os, architecture, variant } = normalizePlatform(wanted);
  const of = (arch: string, v?: string): Platform =>
    normalizePlatform({ os, architecture: arch, ...(v ? { variant: v } : {}) });
  const list: Platform[] = [of(architecture, variant)];
  if (architecture === 'amd64') {
    for (let level = Number(variant?.slice(1) ?? 1) - 1; level >= 1; level -= 1)
      list.push(of('amd64', `v${level}`));
    list.push(of('386'));
  } else if (architecture === 'arm64') {
    if (variant !== undefined) list.push(of('arm64'));
    for (const older of ['v8', 'v7', 'v6', 'v5']) list.push(of('arm', older));
  } else if (architecture === 'arm') {
    for (let level = Number(variant?.slice(1) ?? 7) - 1; level >= 5; level -= 1)
      list.push(of('arm', `v${level}`));
  }
  return list;
}

/**
 * The manifest of an index for the wanted platform, by {@link platformPreference}; the first of equals. Entries
 * without a platform or for `unknown/unknown` (attestations) are never taken.
 */
export function selectManifest(manifests: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const candidates = manifests
    .filter((manifest) => manifest.platform !== undefined && manifest.platform.os !== 'unknown')
    .map((manifest) => ({ manifest, key: formatPlatform(normalizePlatform(manifest.platform as Platform)) }));
  for (const platform of platformPreference(wanted)) {
    const found = candidates.find((candidate) => candidate.key === formatPlatform(platform));
    if (found !== undefined) return found.manifest;
  }
  return undefined;
}

/** Whether an image made for `have` is what was asked for, or something its machine runs as well. */
export function platformMatches(have: Platform, wanted: Platform): boolean {
  const key = formatPlatform(normalizePlatform(have));
  return platformPreference(wanted).some((platform) => formatPlatform(platform) === key);
}
