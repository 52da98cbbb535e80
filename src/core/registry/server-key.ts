import { GantryError } from '../../base/gantry-error.ts';
import { dockerHubKey } from './registry-endpoint.ts';

/** A registry as logins know it. */
export interface Server {
  /** What its requests go to: `docker.io`, `127.0.0.1:5000`. */
  readonly domain: string;
  /** What its login is kept under: Docker Hub has one of its own. */
  readonly key: string;
}

const hubNames: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io']);

/**
 * What a user types at `login` and `logout`, by Docker's rules: scheme and path are left out, no server is Docker
 * Hub. Throws `invalid` / `bad-server`.
 */
export function parseServer(text: string | undefined): Server {
  if (text === undefined || text === '') return { domain: 'docker.io', key: dockerHubKey };
  const host = hostnameOf(text);
  if (!/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[A-Fa-f0-9:]+\])(?::\d{1,5})?$/.test(host)) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-server',
      message: `${JSON.stringify(text.slice(0, 200))} is not the name of a registry`,
      hint: 'Write it as HOST[:PORT], as names of its images begin.',
    });
  }
  return serverOf(host);
}

/** The server of a reference's domain. */
export function serverOf(domain: string): Server {
  return hubNames.has(domain) ? { domain: 'docker.io', key: dockerHubKey } : { domain, key: domain };
}

/** Keys an old or other tool may have kept the login of a server under, the usual one first. */
export function knownKeys({ domain, key }: Server): readonly string[] {
  if (key === dockerHubKey) return [key, ...hubNames];
  return [key, `https://${domain}`, `http://${domain}`];
}

/**
 * How well a key of an auth file fits a repository: its path is as long as the number says, so that the longest wins;
 * undefined: not at all. A key with a scheme is a server, whatever its path (Docker); one without may be a namespace
 * (Podman): `quay.io/team` is for all below it.
 */
export function keyFit(key: string, { domain, key: own }: Server, path: string): number | undefined {
  const host = hostnameOf(key);
  if (key === own) return 0;
  if (serverOf(host).domain !== domain) return undefined;
  if (/^https?:\/\//.test(key)) return 0;
  const namespace = key.slice(host.length + 1).replace(/\/$/, '');
  if (namespace === '') return 0;
  return path === namespace || path.startsWith(`${namespace}/`) ? namespace.length : undefined;
}

function hostnameOf(text: string): string {
  return text.replace(/^https?:\/\//, '').split('/', 1)[0] as string;
}
