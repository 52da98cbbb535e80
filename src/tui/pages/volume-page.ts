import { localTime } from '../../app/commands/format/local-time.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { VolumeSummary } from '../../engine/volumes.ts';
import { labelFacts } from './fact-values.ts';
import type { PageSection } from './page-lines.ts';

/** What is to know about a volume, for people. */
export function volumePage(
  volume: VolumeSummary,
  containers: readonly ContainerSummary[],
): readonly PageSection[] {
  const nameOf = (id: string) => containers.find((container) => container.id === id)?.name ?? id;
  return [
    {
      heading: 'Volume',
      facts: [
        ['name', volume.name],
        ['anonymous', volume.anonymous ? 'yes' : undefined],
        ['driver', volume.driver],
        ['folder', volume.mountpoint],
        ['created', localTime(volume.createdAt)],
        ['used by', volume.usedBy.length === 0 ? 'no container' : volume.usedBy.map(nameOf)],
      ],
    },
    { heading: 'Labels', facts: labelFacts(volume.labels) },
  ];
}
