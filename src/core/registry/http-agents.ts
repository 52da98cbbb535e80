import { Agent as HttpAgent } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent } from 'node:https';
import { getCACertificates, rootCertificates } from 'node:tls';
import { type HostCertificates, readHostCertificates } from './host-certificates.ts';
import { isListed, isLoopback } from './registry-endpoint.ts';
import type { RegistrySettings } from './registry-settings.ts';

/**
 * Whom a TLS connection trusts. `quick` is what costs nothing: the authorities that come with Node, or a host's own.
 * `all` adds those of this machine, whose reading takes a tenth of a second: for what `quick` does not know.
 */
export type Trust = 'quick' | 'all';

/** Connections kept alive, each to be used again only for what has the same proxy, trust and certificates. */
export interface HttpAgents extends Disposable {
  /** Throws `invalid` where a host's certificates cannot be used. */
  agent(url: URL, proxy: URL | undefined, trust: Trust): HttpAgent;
}

export function httpAgents(
  settings: Pick<RegistrySettings, 'insecure' | 'idleTimeoutMs'>,
  certificateFolders: readonly string[],
): HttpAgents {
  const agents = new Map<string, HttpAgent>();
  const certificates = new Map<string, HostCertificates | undefined>();
  const certificatesOf = (url: URL): HostCertificates | undefined => {
    if (!certificates.has(url.host)) {
      certificates.set(url.host, readHostCertificates(url, certificateFolders));
    }
    return certificates.get(url.host);
  };

  const make = (url: URL, proxy: URL | undefined, tls: AgentOptions): HttpAgent => {
    const common = { keepAlive: true, maxSockets: 16, timeout: settings.idleTimeoutMs };
    if (url.protocol === 'http:')
      return new HttpAgent({ ...common, ...(proxy && { proxyEnv: { HTTP_PROXY: proxy.href } }) });
    return new HttpsAgent({ ...common, ...tls, ...(proxy && { proxyEnv: { HTTPS_PROXY: proxy.href } }) });
  };

  return {
    agent: (url, proxy, trust) => {
      const own = url.protocol === 'https:' ? certificatesOf(url) : undefined;
      // What is kept for a host is meant: loopback counts as insecure only where nobody cared.
      const unchecked = isListed(url.host, settings.insecure) || (own === undefined && isLoopback(url.host));
      const special = own !== undefined || unchecked ? url.host : '';
      const key = [url.protocol, special, proxy?.href, trust].join(' ');
      const known =
        agents.get(key) ?? make(url, proxy, { rejectUnauthorized: !unchecked, ...material(own, trust) });
      agents.set(key, known);
      return known;
    },
    [Symbol.dispose]: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function material(own: HostCertificates | undefined, trust: Trust): AgentOptions {
  const authorities = own?.authorities ?? [];
  const clients = own?.clients ?? [];
  return {
    ...(trust === 'all'
      ? { ca: [...authorities, ...machineAuthorities()] }
      : authorities.length > 0 && { ca: [...authorities] }),
    ...(clients.length > 0 && {
      cert: clients.map(({ cert }) => cert),
      key: clients.map(({ key }) => key),
    }),
  };
}

let machine: readonly string[] | undefined;

/** Node's own list, that of the system (`SSL_CERT_FILE`, `SSL_CERT_DIR`, OpenSSL's folders) and `NODE_EXTRA_CA_CERTS`. */
function machineAuthorities(): readonly string[] {
  machine ??= [
    ...new Set([...rootCertificates, ...getCACertificates('system'), ...getCACertificates('extra')]),
  ];
  return machine;
}
