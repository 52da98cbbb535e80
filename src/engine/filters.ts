/** Docker's `--filter key=value`, several values a key. Keys differ by noun; an unknown key is `invalid`. */
export type Filters = Readonly<Record<string, readonly string[]>>;
