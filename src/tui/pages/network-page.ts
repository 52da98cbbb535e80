import { localTime } from '../../app/commands/format/local-time.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { NetworkSummary } from '../../engine/networks.ts';
import { labelFacts } from './fact-values.ts';
import type { Fact, PageSection } from './page-lines.ts';

/** What is to know about a network, for people. */
export function networkPage(
  network: NetworkSummary,
  containers: readonly ContainerSummary[],
): readonly PageSection[] {
  const nameOf = (id: string) => containers.find((container) => container.id === id)?.name ?? id.slice(0, 12);
  return [
    {
      heading: 'Network',
      facts: [
        ['name', network.name],
        ['ID', network.id],
        ['driver', network.driver],
        ...network.pools.flatMap(({ subnet, gateway, range }): readonly Fact[] => [
          ['subnet', range === undefined ? subnet : `${subnet}, containers in ${range}`],
          ['gateway', gateway],
        ]),
        ['internal', network.internal ? 'yes: no way to elsewhere' : undefined],
        ['created', localTime(network.createdAt)],
      ],
    },
    {
      heading: 'Containers on it',
      facts: Object.entries(network.endpoints).map(
        ([id, { address, ipv6Address }]): Fact => [
          nameOf(id),
          [address, ...(ipv6Address === undefined ? [] : [ipv6Address])],
        ],
      ),
    },
    { heading: 'Options', facts: labelFacts(network.options) },
    { heading: 'Labels', facts: labelFacts(network.labels) },
  ];
}
