import type { ContainerSummary } from '../../engine/containers.ts';
import type { ImageSummary } from '../../engine/images.ts';
import type { NetworkSummary } from '../../engine/networks.ts';
import type { VolumeSummary } from '../../engine/volumes.ts';

/** What is selected on a screen, and so what a key acts upon. */
export interface Subjects {
  readonly container: ContainerSummary;
  readonly image: ImageSummary;
  readonly volume: VolumeSummary;
  readonly network: NetworkSummary;
}

export type SubjectKind = keyof Subjects;

/**
 * The kind of thing a command acts upon. The words that name the selected ones fill the command's first argument.
 * `refuse` tells why it does not apply to this one, in a few words for a greyed hint; undefined: it does.
 */
export type ActsOn = {
  readonly [K in SubjectKind]: {
    readonly kind: K;
    readonly refuse?: ((subject: Subjects[K]) => string | undefined) | undefined;
  };
}[SubjectKind];

/** Places a key works in; `everywhere` is what the focused pane does not take itself. */
export type KeyPlace = 'containers' | 'images' | 'layers' | 'logs' | 'volumes' | 'networks' | 'everywhere';

/** `s`, `S`, `ctrl-r`, `enter`, `space`, `f5`. One key means one command in one place. */
export interface KeyBinding {
  readonly key: string;
  readonly places: readonly KeyPlace[];
}

/** The word that names a subject to the engine. */
export function subjectName<K extends SubjectKind>(kind: K, subject: Subjects[K]): string {
  switch (kind) {
    case 'container':
      return (subject as ContainerSummary).name;
    case 'image': {
      const image = subject as ImageSummary;
      return image.names[0] ?? image.id;
    }
    case 'volume':
      return (subject as VolumeSummary).name;
    default:
      return (subject as NetworkSummary).name;
  }
}
