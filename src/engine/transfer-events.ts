/** What a pull, push, copy, load or import tells, a layer at a time. Emitted with the layer as key: the newest state wins. */
export type TransferEvent =
  | {
      readonly kind: 'message';
      readonly text: string;
      /** A registry warns of something: said also where no progress is shown. */
      readonly warning?: true;
      /** The last of one image of several: its layers stay as they are, and what comes then is of the next. */
      readonly endsImage?: true;
    }
  | {
      readonly kind: 'layer';
      /** Twelve hexadecimal digits of the digest; `archive` or `import` for what is read before there are layers. */
      readonly layer: string;
      readonly phase:
        | 'waiting'
        | 'downloading'
        | 'verifying'
        | 'downloaded'
        | 'extracting'
        | 'done'
        | 'exists'
        | 'preparing'
        | 'pushing'
        | 'pushed'
        | 'mounted'
        | 'retrying';
      readonly doneBytes: number;
      /** Undefined while unknown. */
      readonly totalBytes: number | undefined;
      /** How fast it moves now; undefined while it does not, or nobody knows yet. */
      readonly bytesPerSecond?: number | undefined;
      /** Of `mounted`: the repository it was mounted from. */
      readonly from?: string | undefined;
    };
