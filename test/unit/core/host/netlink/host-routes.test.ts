import { expect, test } from 'vitest';
import { parseRoutes, parseRoutesV6 } from '../../../../../src/core/host/netlink/host-routes.ts';

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

test('routes are read with their device, first address and prefix length', () => {
  const text =
    `${header}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n` +
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n' +
    'tun0\t0100000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n';
  expect(parseRoutes(text)).toEqual([
    { device: 'eth0', family: 4, base: 0n, prefixLength: 0 },
    { device: 'docker0', family: 4, base: 0xac110000n, prefixLength: 16 },
    { device: 'tun0', family: 4, base: 0x0a000001n, prefixLength: 32 },
  ]);
});

test('lines that are no routes are passed over', () => {
  expect(parseRoutes(`${header}\nnonsense\neth0\tzz\t0\n`)).toEqual([]);
});

test('of IPv6 the routes to networks are read, not those of loopback, links, multicast and single addresses', () => {
  const line = (destination: string, length: string, device: string) =>
    `${destination} ${length} ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000100 00000001 00000000 00000001     ${device}\n`;
  const ula = `fd000001${'0'.repeat(24)}`;
  const text =
    line(ula, '40', 'gb0') +
    line('0'.repeat(32), '00', 'eth0') +
    line('0'.repeat(32), '00', 'lo') +
    line(`fe80${'0'.repeat(28)}`, '40', 'eth0') +
    line(`ff00${'0'.repeat(28)}`, '08', 'eth0') +
    line(`${ula.slice(0, 31)}1`, '80', 'gb0') +
    'nonsense\n';
  expect(parseRoutesV6(text)).toEqual([
    { device: 'gb0', family: 6, base: 0xfd000001n << 96n, prefixLength: 64 },
    { device: 'eth0', family: 6, base: 0n, prefixLength: 0 },
  ]);
});
