/** Where requests for a repository's domain go. */
export interface RegistryEndpoint {
  /** Tried in order until one answers: `https://…`, and `http://…` on loopback. No slash at the end. */
  readonly baseUrls: readonly string[];
  /** Keys its credentials may be kept under in config.json, the usual one first. */
  readonly credentialKeys: readonly string[];
}

const dockerHubKey = 'https://index.docker.io/v1/';

/**
 * Docker Hub's API lives on another host than its name says. Loopback registries may speak plain HTTP, as Docker has
 * it: 127.0.0.0/8, ::1 and localhost. Every other host must speak TLS.
 */
export function registryEndpoint(domain: string): RegistryEndpoint {
  if (domain === 'docker.io') {
    return {
      baseUrls: ['https://registry-1.docker.io'],
      credentialKeys: [dockerHubKey, 'docker.io', 'index.docker.io'],
    };
  }
  // Plain HTTP first: a loopback registry hardly ever speaks TLS, and a TLS server answers plain HTTP with 400 at once.
  const baseUrls = isLoopback(domain) ? [`http://${domain}`, `https://${domain}`] : [`https://${domain}`];
  return {
    baseUrls,
    credentialKeys: [domain, `https://${domain}`, `https://${domain}/v1/`, `http://${domain}`],
  };
}

function isLoopback(domain: string): boolean {
  const host = domain.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
