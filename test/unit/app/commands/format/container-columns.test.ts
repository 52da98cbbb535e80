import { describe, expect, it } from 'vitest';
import { containerStatus } from '../../../../../src/app/commands/format/container-status.ts';
import { portList } from '../../../../../src/app/commands/format/port-list.ts';
import type { ContainerSummary, PortBinding } from '../../../../../src/engine/containers.ts';
import { sampleContainers } from '../../../../support/sample-objects.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const [sample] = sampleContainers();
const status = (changes: Partial<ContainerSummary>) =>
  containerStatus(
    {
      ...(sample as ContainerSummary),
      startedAt: '2026-03-01T11:57:00Z',
      finishedAt: '2026-03-01T10:00:00Z',
      ...changes,
    },
    now,
  );

describe('the status of a container', () => {
  it.each([
    [{ state: 'running', health: 'none' }, 'Up 3 minutes'],
    [{ state: 'running', health: 'healthy' }, 'Up 3 minutes (healthy)'],
    [{ state: 'running', health: 'starting' }, 'Up 3 minutes (health: starting)'],
    [{ state: 'paused' }, 'Up 3 minutes (Paused)'],
    [{ state: 'exited', exitCode: 137 }, 'Exited (137) 2 hours ago'],
    [{ state: 'exited', exitCode: undefined }, 'Exited (0) 2 hours ago'],
    [{ state: 'restarting', exitCode: 1 }, 'Restarting (1) 2 hours ago'],
    [{ state: 'created' }, 'Created'],
    [{ state: 'removing' }, 'Removal In Progress'],
    [{ state: 'dead' }, 'Dead'],
  ] as const)('%j is %s', (changes, text) => {
    expect(status(changes)).toBe(text);
  });
});

describe('the ports of a container', () => {
  const port = (containerPort: number, hostPort: number, more: Partial<PortBinding> = {}): PortBinding => ({
    protocol: 'tcp',
    containerPort,
    hostPort,
    hostAddress: '',
    ...more,
  });

  it.each([
    [[], ''],
    [[port(80, 8080)], '0.0.0.0:8080->80/tcp'],
    [[port(443, 0)], '443/tcp'],
    [[port(53, 5353, { protocol: 'udp', hostAddress: '127.0.0.1' })], '127.0.0.1:5353->53/udp'],
    [[port(80, 80, { hostAddress: '::1' })], '[::1]:80->80/tcp'],
    [[port(3001, 3001), port(3000, 3000), port(3002, 3002)], '0.0.0.0:3000-3002->3000-3002/tcp'],
    [[port(3000, 4000), port(3001, 4002)], '0.0.0.0:4000->3000/tcp, 0.0.0.0:4002->3001/tcp'],
    [
      [port(80, 8080, { hostAddress: '::' }), port(80, 8080, { hostAddress: '0.0.0.0' }), port(443, 0)],
      '443/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp',
    ],
    [
      [port(80, 80, { hostAddress: '::' }), port(80, 80), port(81, 81), port(83, 83)],
      '0.0.0.0:80-81->80-81/tcp, 0.0.0.0:83->83/tcp, [::]:80->80/tcp',
    ],
    [[port(80, 8080), port(80, 8081)], '0.0.0.0:8080->80/tcp, 0.0.0.0:8081->80/tcp'],
  ])('%j are %s', (ports, text) => {
    expect(portList(ports)).toBe(text);
  });
});
