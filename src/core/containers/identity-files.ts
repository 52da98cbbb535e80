import { closeSync, constants, ftruncateSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerPaths, ContainerSpec } from '../../engine/containers.ts';
import { openRegularFile } from '../host/open-regular-file.ts';
import { worldResolver } from '../host/user-world/own-world.ts';
import { hostResolver } from '../network/host-resolver.ts';
import { hostsText, resolverText } from '../network/identity-texts.ts';
import { addressesOf, type Endpoint } from '../network/networking.ts';
import type { ResolvedMount } from '../runtime/spec/mounts.ts';

/** Where the engine's own files are seen inside, and their names in the container's folder. */
const files = {
  '/etc/resolv.conf': 'resolv.conf',
  '/etc/hostname': 'hostname',
  '/etc/hosts': 'hosts',
} as const;

/**
 * Writes /etc/hosts, /etc/hostname and /etc/resolv.conf of a container into its folder, as Docker makes them, before
 * every start: the address is another each time.
 * @param name its hostname
 */
export function writeIdentityFiles(
  spec: ContainerSpec,
  name: string,
  dir: string,
  endpoints: readonly Endpoint[],
): void {
  const [endpoint] = endpoints;
  const sharesHost = spec.network === 'host';
  const texts = {
    hostname: `${name}\n`,
    hosts: hostsText({
      // Who shares the host's network sees the host's names.
      base: sharesHost ? readText('/etc/hosts') : undefined,
      addresses: addressesOf(endpoint),
      hostname: hostNames(name, spec.domainname),
      extra: spec.extraHosts ?? [],
      hostGateway: endpoint?.gateway ?? '127.0.0.1',
    }),
    'resolv.conf': resolverText({
      host: hostResolver(),
      servers: spec.dns ?? [],
      search: spec.dnsSearch ?? [],
      options: spec.dnsOptions ?? [],
      reach: sharesHost ? 'host' : endpoints.some(({ ipv6 }) => ipv6 !== undefined) ? 'both' : 'ipv4',
      proxy: worldResolver(),
    }),
  };
  for (const [file, text] of Object.entries(texts)) writeInPlace(join(dir, file), text);
}

/** The whole name, and the first word of it where there are more. */
function hostNames(name: string, domain: string | undefined): string {
  const [short = ''] = name.split('.', 1);
  const whole = domain ? `${name}.${domain}` : name;
  return whole === short ? whole : `${whole} ${short}`;
}

/** Where they are. */
export function identityPaths(dir: string): Pick<ContainerPaths, 'hostname' | 'hosts' | 'resolver'> {
  const at = (target: keyof typeof files): string => join(dir, files[target]);
  return { hostname: at('/etc/hostname'), hosts: at('/etc/hosts'), resolver: at('/etc/resolv.conf') };
}

/** The binds of these files, but for those a mount of the user's is at or above. Read-only: the engine writes them still. */
export function identityMounts(
  dir: string,
  { taken, readOnly }: { readonly taken: readonly string[]; readonly readOnly: boolean },
): readonly ResolvedMount[] {
  return Object.entries(files).flatMap(([target, file]) =>
    taken.some((path) => path === target || path === '/etc')
      ? []
      : [{ kind: 'bind', source: join(dir, file), target, readOnly, file: true } as const],
  );
}

/** In place: who shares this network has the same file as a mount. */
function writeInPlace(path: string, text: string): void {
  const fd = openRegularFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o644);
  try {
    ftruncateSync(fd);
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
