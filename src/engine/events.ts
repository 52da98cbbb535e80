type Labels = Readonly<Record<string, string>> | undefined;

/**
 * What happened, from every process that uses this engine. The union is closed: a surface may switch over it.
 * `gap` says that events were lost (journal trimmed, connection broken): list again.
 */
export type EngineEvent = { readonly time: string } & (
  | {
      readonly type:
        | 'image.pulled'
        | 'image.pushed'
        | 'image.tagged'
        | 'image.untagged'
        | 'image.loaded'
        | 'image.imported'
        | 'image.built'
        | 'image.committed'
        | 'image.deleted';
      readonly id: string;
      readonly name: string | undefined;
    }
  | {
      readonly type:
        | 'container.created'
        | 'container.started'
        | 'container.paused'
        | 'container.unpaused'
        | 'container.restarted'
        | 'container.updated'
        | 'container.removed';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
    }
  | {
      readonly type: 'container.renamed';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly oldName: string;
    }
  | {
      readonly type: 'container.died';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly exitCode: number;
    }
  | {
      readonly type: 'container.committed';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly imageId: string;
    }
  | { readonly type: 'container.oom'; readonly id: string; readonly name: string; readonly image: string }
  | {
      readonly type: 'container.killed';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly signal: string;
    }
  | {
      readonly type: 'container.exec';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly command: string;
    }
  | {
      readonly type: 'container.health';
      readonly id: string;
      readonly name: string;
      readonly image: string;
      readonly labels?: Labels;
      readonly health: string;
    }
  | { readonly type: 'volume.created' | 'volume.removed'; readonly name: string }
  | {
      readonly type: 'network.connected' | 'network.disconnected';
      readonly name: string;
      readonly container: string;
    }
  | { readonly type: 'network.created' | 'network.removed'; readonly name: string }
  | { readonly type: 'gap' }
);

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
