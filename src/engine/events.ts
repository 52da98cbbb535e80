type Labels = Readonly<Record<string, string>> | undefined;

/**
 * What happened, from every process that uses this engine. The union is closed: a surface may switch over it.
 * `gap` says that events were lost (journal trimmed, connection broken): list again.
 */
export type EngineEvent = { readonly time: string } & (
  | ImageEvent
  | (ContainerFacts & ContainerEvent)
  | VolumeEvent
  | NetworkEvent
  /** What was not used was removed. */
  | {
      readonly type: 'container.pruned' | 'image.pruned' | 'volume.pruned' | 'network.pruned';
      readonly reclaimed: number;
    }
  | { readonly type: 'gap' }
);

interface ImageEvent {
  readonly type:
    | 'image.pulled'
    | 'image.pushed'
    | 'image.tagged'
    | 'image.untagged'
    | 'image.loaded'
    | 'image.saved'
    | 'image.imported'
    | 'image.built'
    | 'image.committed'
    | 'image.deleted';
  readonly id: string;
  readonly name: string | undefined;
}

interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels?: Labels;
}

type ContainerEvent =
  | {
      readonly type:
        | 'container.created'
        | 'container.started'
        | 'container.stopped'
        | 'container.paused'
        | 'container.unpaused'
        | 'container.restarted'
        | 'container.updated'
        | 'container.removed'
        | 'container.oom'
        /** Somebody joined its streams, or left them while it ran. */
        | 'container.attached'
        | 'container.detached'
        /** Its processes were listed. */
        | 'container.top'
        | 'container.exported'
        /** Files were copied out of it, or into it. */
        | 'container.read'
        | 'container.written';
    }
  /** Of its terminal, in characters. */
  | { readonly type: 'container.resized'; readonly height: number; readonly width: number }
  | { readonly type: 'container.renamed'; readonly oldName: string }
  /** `statusLost`: nobody knows it, and it is 255. */
  | { readonly type: 'container.died'; readonly exitCode: number; readonly statusLost?: true | undefined }
  | {
      readonly type: 'container.committed';
      readonly imageId: string;
      readonly imageName?: string | undefined;
      readonly comment?: string | undefined;
    }
  | { readonly type: 'container.killed'; readonly signal: string }
  | {
      readonly type: 'container.exec-created' | 'container.exec-started';
      readonly execId: string;
      readonly command: string;
    }
  | { readonly type: 'container.exec-died'; readonly execId: string; readonly exitCode: number }
  | { readonly type: 'container.health'; readonly health: string };

type VolumeEvent =
  | { readonly type: 'volume.created' | 'volume.removed'; readonly name: string }
  /** A container that has it was started. */
  | {
      readonly type: 'volume.mounted';
      readonly name: string;
      readonly container: string;
      readonly destination: string;
      readonly readOnly: boolean;
    }
  | { readonly type: 'volume.unmounted'; readonly name: string; readonly container: string };

type NetworkEvent =
  | { readonly type: 'network.created' | 'network.removed'; readonly id: string; readonly name: string }
  | {
      readonly type: 'network.connected' | 'network.disconnected';
      readonly id: string;
      readonly name: string;
      readonly container: string;
    };

/** Distributes over the union, so that each member keeps its own fields. */
type Untimed<T> = T extends unknown ? Omit<T, 'time'> : never;
/** An event before the journal stamped it. */
export type NewEngineEvent = Untimed<EngineEvent>;

export interface EventOptions {
  readonly signal?: AbortSignal | undefined;
  /** RFC 3339: replay from there first. Default: only what happens from now on. */
  readonly since?: string | undefined;
  /** RFC 3339: end there. */
  readonly until?: string | undefined;
}
