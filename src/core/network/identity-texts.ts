/** Docker's lines, which every container has. */
const hostsBase = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;
/** What Docker falls back to when the host names no server a container could reach. */
const publicServers = ['8.8.8.8', '8.8.4.4'];
const publicServersV6 = ['2001:4860:4860::8888', '2001:4860:4860::8844'];

/** The text of /etc/hosts. `extra` entries are `name:address`; the address `host-gateway` means the host. */
export function hostsText(facts: {
  readonly base: string | undefined;
  /** Its own, one a family. */
  readonly addresses: readonly string[];
  readonly hostname: string;
  readonly extra: readonly string[];
  readonly hostGateway: string;
}): string {
  const extra = facts.extra.map((entry) => {
    const { name, address } = parseExtraHost(entry);
    return `${address === 'host-gateway' ? facts.hostGateway : address}\t${name}\n`;
  });
  const own = facts.addresses.map((address) => `${address}\t${facts.hostname}\n`).join('');
  const base = facts.base ?? hostsBase;
  return `${base}${base.endsWith('\n') || base === '' ? '' : '\n'}${extra.join('')}${own}`;
}

/** `name:address` or `name=address`; the address may be IPv6, in brackets or not. */
export function parseExtraHost(entry: string): { readonly name: string; readonly address: string } {
  const at = entry.search(/[:=]/);
  const address = entry.slice(at + 1);
  return { name: entry.slice(0, at), address: address.replace(/^\[(.*)\]$/, '$1') };
}

/**
 * The text of /etc/resolv.conf: the host's, with what the user gave in place of its servers or domains, and without
 * servers that it has no way to.
 */
export function resolverText(facts: {
  readonly host: string;
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options?: readonly string[];
  /** Whose network it has, and whether there is IPv6 in it. */
  readonly reach: 'host' | 'ipv4' | 'both';
  /** Who asks the host's servers for those that have no way to one. Default: public servers. */
  readonly proxy?: string | undefined;
}): string {
  const lines = facts.host.split('\n').map((line) => line.trim());
  const valuesOf = (keyword: string): readonly string[] =>
    lines.flatMap((line) => {
      const [word, ...values] = line.split(/\s+/);
      return word === keyword ? [values.join(' ')] : [];
    });
  const reachable = valuesOf('nameserver').filter((server) => isReachable(server, facts.reach));
  const publicOnes = facts.reach === 'both' ? [...publicServers, ...publicServersV6] : publicServers;
  const fallback = facts.proxy === undefined ? publicOnes : [facts.proxy];
  const inherited = reachable.length > 0 ? reachable : fallback;
  const servers = facts.servers.length > 0 ? facts.servers : inherited;
  // The last `search` or `domain` of the file is the one that counts (resolv.conf(5)).
  const search =
    facts.search.length > 0 ? facts.search.filter((domain) => domain !== '.') : valuesOf('search').slice(-1);
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
    ...(facts.options?.length ? [facts.options.join(' ')] : valuesOf('options')).map(
      (options) => `options ${options}`,
    ),
    '',
  ].join('\n');
}

/** Neither the host's loopback nor its links (`fe80::1%eth0`) are in a network of its own. */
function isReachable(server: string, reach: 'host' | 'ipv4' | 'both'): boolean {
  if (reach === 'host') return true;
  if (server.startsWith('127.') || server === '::1' || server.includes('%')) return false;
  return reach === 'both' || !server.includes(':');
}
