import { withoutTable } from './nft-text.ts';

/**
 * Answers to connections from ::1. Connection tracking has made their address ::1 again before the kernel takes them in
 * from the bridge, and it takes ::1 from loopback only: so they go on there, with the hardware address that loopback
 * has. A packet a container sent to ::1 must never come so far: it is dropped where it enters the bridge, before
 * anything else looks at it. Of whatever bridge: such a packet may be on no wire (RFC 4291, section 2.5.3).
 */
export function loopbackScript(table: string, devices: readonly string[]): string {
  const names = devices.map((device) => `"${device}"`);
  const back = `  chain back {
    type filter hook ingress devices = { ${names.join(', ')} } priority 0; policy accept;
    ip6 daddr ::1 ether daddr set 00:00:00:00:00:00 fwd to "lo"
  }
`;
  return `${withoutTable('bridge', table)}table bridge ${table} {
  chain entering {
    type filter hook prerouting priority -300; policy accept;
    ip6 daddr ::1 drop
  }
}
${withoutTable('netdev', table)}table netdev ${table} {
${names.length === 0 ? '' : back}}
`;
}
