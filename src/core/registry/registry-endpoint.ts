import { BlockList, isIP } from 'node:net';
import type { RegistrySettings } from './registry-settings.ts';

/** Where requests for a repository's domain go. */
export interface RegistryEndpoint {
  /** Tried in order until one answers: `https://…`, and `http://…` where that will do. No slash at the end. */
  readonly baseUrls: readonly string[];
}

/** What Docker calls its own registry, in config.json and at a login without a server. */
export const dockerHubKey = 'https://index.docker.io/v1/';
const dockerHub = 'docker.io';
const dockerHubApi = 'https://registry-1.docker.io';

/**
 * Docker Hub's API lives on another host than its name says. Insecure registries may speak plain HTTP; loopback ones
 * are (127.0.0.0/8, ::1, localhost), as Docker has it. Every other host must speak TLS.
 */
export function registryEndpoint(
  domain: string,
  settings: Pick<RegistrySettings, 'insecure'>,
): RegistryEndpoint {
  if (domain === dockerHub) return { baseUrls: [dockerHubApi] };
  const [plain, tls] = [`http://${domain}`, `https://${domain}`];
  if (isListed(domain, settings.insecure)) return { baseUrls: [tls, plain] };
  // Plain HTTP first: a loopback registry hardly ever speaks TLS, and a TLS server answers plain HTTP with 400 at once.
  return { baseUrls: isLoopback(domain) ? [plain, tls] : [tls] };
}

/** Whether nobody else than this machine can be behind the name. */
export function isLoopback(domain: string): boolean {
  const host = hostOf(domain);
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether `host[:port]` is one of the entries: the same words, the host alone, or an address in a block. */
export function isListed(domain: string, entries: readonly string[]): boolean {
  if (entries.length === 0) return false;
  const host = hostOf(domain);
  if (entries.some((entry) => entry === domain || entry === host)) return true;
  const family = familyOf(host);
  if (family === undefined) return false;
  const blocks = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const kind = familyOf(address);
    if (kind !== undefined && bits !== undefined) blocks.addSubnet(address, Number(bits), kind);
  }
  return blocks.check(host, family);
}

/** Without port and brackets. */
function hostOf(domain: string): string {
  return domain.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function familyOf(host: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(host);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
