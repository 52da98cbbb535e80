import { humanAge } from '../../app/commands/format/human-duration.ts';
import { localTime } from '../../app/commands/format/local-time.ts';
import { shortInstruction } from '../../app/state/layer-details.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { HistoryEntry, ImageDetails } from '../../engine/images.ts';
import { sizeText } from '../view/short-text.ts';
import { commandText, labelFacts, sortedKeys } from './fact-values.ts';
import type { PageSection } from './page-lines.ts';

/** What is to know about an image, for people. `containers` are those of the whole engine, `history` its steps, newest first. */
export function imagePage(
  image: ImageDetails,
  history: readonly HistoryEntry[],
  containers: readonly ContainerSummary[],
  nowMs: number,
): readonly PageSection[] {
  const { config, platform } = image;
  const { os, architecture, variant } = platform;
  const start = config.config ?? {};
  return [
    {
      heading: 'Image',
      facts: [
        ['names', image.names.length === 0 ? '<none>' : image.names],
        ['ID', image.id],
        ['digests', image.repoDigests],
        ['platform', [os, architecture, variant].filter((part) => part !== undefined).join('/')],
        ['created', `${humanAge(image.createdAt, nowMs)} · ${localTime(image.createdAt)}`],
        ['author', config.author],
        ['size', sizeText(image.sizeBytes)],
        ['used by', users(image, containers)],
      ],
    },
    { heading: `Layers · ${image.layerDetails.length}, the lowest first`, facts: layerFacts(image, history) },
    {
      heading: 'A container of it',
      facts: [
        ['entrypoint', commandText(start.Entrypoint)],
        ['command', commandText(start.Cmd)],
        ['user', start.User],
        ['folder', start.WorkingDir],
        ['environment', start.Env],
        ['listens on', sortedKeys(start.ExposedPorts).join(' ')],
        ['volumes', sortedKeys(start.Volumes)],
        ['health check', commandText(start.Healthcheck?.Test)],
        ['stop signal', start.StopSignal],
        ['on build', start.OnBuild],
      ],
    },
    { heading: 'Labels', facts: labelFacts(start.Labels ?? {}) },
  ];
}

function layerFacts({ layerDetails }: ImageDetails, history: readonly HistoryEntry[]): PageSection['facts'] {
  const steps = history.filter(({ emptyLayer }) => !emptyLayer).toReversed();
  return layerDetails.map(({ sizeBytes, diffId }, index) => [
    `${String(index + 1).padStart(2)}  ${sizeText(sizeBytes).padStart(8)}`,
    shortInstruction(steps[index]?.createdBy ?? '') || diffId,
  ]);
}

function users({ id }: ImageDetails, containers: readonly ContainerSummary[]): string | readonly string[] {
  const names = containers
    .filter(({ imageId }) => imageId === id)
    .map(({ name, state }) => `${name}, ${state}`);
  return names.length === 0 ? 'no container' : names;
}
