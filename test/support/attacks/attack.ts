/** A hostile image: its layers, lowest first, as the bytes that come out of a registry or an archive. */
export interface Attack {
  readonly name: string;
  readonly layers: readonly Uint8Array[];
  /**
   * `refused`: the last layer must be; `applied`: it must not, being odd but harmless. Undefined: either, as long as
   * nothing outside is touched.
   */
  readonly outcome?: 'refused' | 'applied';
}

/** What hostile links and names point at. Both lie outside any target. */
export interface Prey {
  /** A folder with `secret` (a file), `folder` (with `inner`), `link` and `pipe`, by its absolute path. */
  readonly absolute: string;
  /** The same, relative to the target's root. */
  readonly relative: string;
}
