import type { SystemInfo } from '../../engine/system.ts';
import { loadRegistrySettings } from './load-registry-settings.ts';
import { type Mirror, withInsecure } from './registry-settings.ts';
import type { Environment } from './user-files.ts';

/** What applies to registries here, as `info` tells it. Throws `invalid` / `bad-registry-settings`. */
export function describeSettings(
  env: Environment,
  insecure: readonly string[] = [],
): Pick<SystemInfo, 'insecureRegistries' | 'registryMirrors'> {
  const settings = withInsecure(loadRegistrySettings(env), insecure);
  const mirrors = [...settings.mirrors].map(([domain, list]) => [domain, list.map(mirrorUrl)] as const);
  return {
    // Loopback is so without being listed.
    insecureRegistries: [...new Set([...settings.insecure, '::1/128', '127.0.0.0/8'])],
    registryMirrors: Object.fromEntries(mirrors),
  };
}

function mirrorUrl({ scheme = 'https', domain, prefix }: Mirror): string {
  return `${scheme}://${domain}/${prefix}`;
}
