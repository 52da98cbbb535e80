import { BlockList, isIP } from 'node:net';
import { GantryError } from '../../base/gantry-error.ts';
import { isLoopback } from './registry-endpoint.ts';
import type { Environment } from './user-files.ts';

/** Which proxy a request goes through; undefined: none. */
export type FindProxy = (url: URL) => URL | undefined;

/**
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or in lower case, by the rules of Go that Docker and Podman follow:
 * loopback is never proxied; `NO_PROXY` lists hosts (with all below them), `.domain` (only what is below), addresses,
 * CIDR blocks, each with a port if need be, or `*`. Throws `invalid` / `bad-proxy` once a proxy that cannot be used
 * would be.
 */
export function proxyRules(env: Environment): FindProxy {
  const told = (name: string) => nonEmpty(env[name]) ?? nonEmpty(env[name.toLowerCase()]);
  const exempt = (told('NO_PROXY') ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  return (url) => {
    const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    const proxy = told(name);
    if (proxy === undefined || isLoopback(url.host) || isExempt(url, exempt)) return undefined;
    return proxyUrl(proxy, name);
  };
}

function isExempt(url: URL, entries: readonly string[]): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return entries.some((entry) => {
    if (entry === '') return false;
    if (entry === '*') return true;
    if (entry.includes('/')) return isInBlock(host, entry);
    const withPort = /^(.*[^:]):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry);
    if (withPort !== null && withPort[2] !== port) return false;
    const name = (withPort?.[1] ?? entry).replace(/^\[|\]$/g, '').replace(/^\*(?=\.)/, '');
    if (isIP(host) !== 0) return host === name;
    return name.startsWith('.') ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
  });
}

function isInBlock(host: string, block: string): boolean {
  const [address = '', bits = ''] = block.split('/');
  const [version, family] = [isIP(host), isIP(address)];
  if (version === 0 || version !== family || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const kind = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), kind);
  return list.check(host, kind);
}

/** `proxy:3128` means `http://proxy:3128`. */
function proxyUrl(text: string, name: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-proxy',
    message: `${name} is ${JSON.stringify(hidePassword(text).slice(0, 200))}, which is no proxy that can be used`,
    hint: 'Write it as http://HOST:PORT or https://HOST:PORT; SOCKS is not supported.',
  });
}

function hidePassword(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//***@');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
