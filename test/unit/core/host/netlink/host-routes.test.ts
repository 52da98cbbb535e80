import { expect, test } from 'vitest';
import { parseRoutes } from '../../../../../src/core/host/netlink/host-routes.ts';

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

test('routes are read with their device, first address and prefix length', () => {
  const text =
    `${header}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n` +
    'docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n' +
    'tun0\t0100000A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n';
  expect(parseRoutes(text)).toEqual([
    { device: 'eth0', base: 0, prefixLength: 0 },
    { device: 'docker0', base: 0xac110000, prefixLength: 16 },
    { device: 'tun0', base: 0x0a000001, prefixLength: 32 },
  ]);
});

test('lines that are no routes are passed over', () => {
  expect(parseRoutes(`${header}\nnonsense\neth0\tzz\t0\n`)).toEqual([]);
});
