/** Docker's `--filter key=value`, several values a key. Keys differ by noun; an unknown key is `invalid`. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Docker's `label` filter: `key`, or `key=value`. */
export function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const at = wanted.indexOf('=');
  return at < 0 ? Object.hasOwn(labels, wanted) : labels[wanted.slice(0, at)] === wanted.slice(at + 1);
}
