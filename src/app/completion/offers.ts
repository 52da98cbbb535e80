import type { ContainerSummary } from '../../engine/containers.ts';
import type { ImageSummary } from '../../engine/images.ts';
import type { NetworkSummary } from '../../engine/networks.ts';
import type { VolumeSummary } from '../../engine/volumes.ts';
import type { CompletionSource } from '../commands/completion-source.ts';
import { longName, type OptionSpec } from '../commands/option-spec.ts';

/** One way a word could go on, and a few words about it. */
export interface Offer {
  readonly text: string;
  readonly detail: string;
}

/** What an engine has, as far as it is known. */
export interface KnownNames {
  readonly images?: readonly ImageSummary[] | undefined;
  readonly containers?: readonly ContainerSummary[] | undefined;
  readonly volumes?: readonly VolumeSummary[] | undefined;
  readonly networks?: readonly NetworkSummary[] | undefined;
}

/** The list of an engine that a source is read from; undefined: none. */
export function listOf(source: CompletionSource | undefined): keyof KnownNames | undefined {
  switch (source) {
    case 'container':
    case 'running-container':
    case 'container-path':
      return 'containers';
    case 'image':
    case 'volume':
    case 'network':
      return `${source}s`;
    default:
      return undefined;
  }
}

export function optionOffers(options: readonly (readonly [string, OptionSpec])[]): readonly Offer[] {
  return options.map(([key, { help }]) => ({ text: `--${longName(key)}`, detail: help }));
}

/** All values that a source has. Files are the business of the surface. */
export function valueOffers(source: CompletionSource | undefined, known: KnownNames): readonly Offer[] {
  if (typeof source === 'object') return source.choices.map((text) => ({ text, detail: '' }));
  switch (source) {
    case 'container':
    case 'running-container':
    case 'container-path':
      return (known.containers ?? [])
        .filter(({ state }) => source !== 'running-container' || state === 'running')
        .map(({ name, image }) => ({ text: source === 'container-path' ? `${name}:` : name, detail: image }));
    case 'image':
      return (known.images ?? []).flatMap(({ names, id }) =>
        names.map((text) => ({ text, detail: id.slice(7, 19) })),
      );
    case 'volume':
      return (known.volumes ?? []).map(({ name, driver }) => ({ text: name, detail: driver }));
    case 'network':
      return (known.networks ?? []).map(({ name, pools }) => ({
        text: name,
        detail: pools[0]?.subnet ?? '',
      }));
    case 'signal':
      return signals.map((text) => ({ text, detail: '' }));
    default:
      return [];
  }
}

/** Those that programs are told things by. */
const signals = ['TERM', 'KILL', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2', 'WINCH', 'STOP', 'CONT'].map(
  (name) => `SIG${name}`,
);
