import { expect, test } from 'vitest';
import {
  asksForAll,
  checkFilters,
  type FilterFacts,
  matchesFilters,
} from '../../../../src/core/containers/container-filters.ts';
import type { ContainerSummary } from '../../../../src/engine/containers.ts';
import type { Filters } from '../../../../src/engine/filters.ts';

const web: ContainerSummary = {
  id: 'abc123'.padEnd(64, '0'),
  name: 'web-1',
  image: 'nginx',
  imageId: 'sha256:1',
  command: ['nginx'],
  createdAt: '2026-01-02T00:00:00.000Z',
  startedAt: undefined,
  finishedAt: undefined,
  state: 'exited',
  health: 'none',
  exitCode: 3,
  pid: undefined,
  ports: [{ protocol: 'tcp', containerPort: 80, hostAddress: '0.0.0.0', hostPort: 8080 }],
  labels: { tier: 'front', team: '' },
  networks: ['bridge'],
  mounts: ['data'],
  size: undefined,
};
const facts: FilterFacts = {
  descendsFrom: (_container, image) => image === 'nginx' || image === 'debian',
  createdAt: (name) => (name === 'older' ? '2026-01-01T00:00:00.000Z' : '2026-01-03T00:00:00.000Z'),
  mountNames: () => ['data', '/var/lib/data'],
  exposedPorts: () => ['80/tcp', '53/udp'],
};
const passes = (filters: Filters) => matchesFilters(web, filters, facts);

test.each<[Filters, boolean]>([
  [{}, true],
  [{ id: ['abc'] }, true],
  [{ id: ['bc1'] }, false],
  [{ name: ['web'] }, true],
  [{ name: ['^web-\\d$'] }, true],
  [{ name: ['^/web-1$'] }, true],
  [{ name: ['db', 'eb-'] }, true],
  [{ name: ['('] }, false],
  [{ label: ['tier'] }, true],
  [{ label: ['tier=front', 'team='] }, true],
  [{ label: ['tier=front', 'tier=back'] }, false],
  [{ label: ['toString'] }, false],
  [{ status: ['running', 'exited'] }, true],
  [{ exited: ['3'] }, true],
  [{ exited: ['0'] }, false],
  [{ ancestor: ['debian'] }, true],
  [{ ancestor: ['alpine'] }, false],
  [{ since: ['older'] }, true],
  [{ before: ['newer'] }, true],
  [{ before: ['older'] }, false],
  [{ volume: ['data'] }, true],
  [{ volume: ['/var/lib/data'] }, true],
  [{ network: ['host'] }, false],
  [{ publish: ['8080'] }, true],
  [{ publish: ['8000-9000/tcp'] }, true],
  [{ publish: ['8080/udp'] }, false],
  [{ expose: ['53/udp'] }, true],
  [{ health: ['none'] }, true],
  [{ 'is-task': ['false'] }, true],
  [{ 'is-task': ['true'] }, false],
  [{ name: ['web'], status: ['running'] }, false],
])('%j: %s', (filters, expected) => expect(passes(filters)).toBe(expected));

test.each<[Filters, string]>([
  [{ colour: ['blue'] }, "invalid filter 'colour'"],
  [{ constructor: ['x'] } as unknown as Filters, "invalid filter 'constructor'"],
  [{ status: ['sleeping'] }, "invalid filter 'status=sleeping'"],
  [{ exited: ['x'] }, "invalid filter 'exited=x'"],
  [{ publish: ['http'] }, "invalid filter 'publish=http'"],
])('%j is refused', (filters, message) => expect(() => checkFilters(filters)).toThrow(message));

test('filters are refused whether or not there is a container', () => {
  expect(() => checkFilters({ nope: [] })).toThrow("invalid filter 'nope'");
  expect(() => checkFilters({ status: ['exited'], name: [] })).not.toThrow();
});

test('some filters ask for containers that do not run', () => {
  expect(asksForAll({ status: ['exited'] })).toBe(true);
  expect(asksForAll({ name: ['x'], status: [] })).toBe(false);
});
