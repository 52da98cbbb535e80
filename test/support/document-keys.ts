/** Every field of a document and what kind of value it has: `.Mounts[].Source: string`. Lists count as their members. */
export function documentKeys(value: unknown, path = ''): ReadonlyMap<string, string> {
  if (Array.isArray(value) && value.length > 0 && isObject(value[0])) {
    return new Map(value.flatMap((member) => [...documentKeys(member, `${path}[]`)]));
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return new Map(
      Object.entries(value).flatMap(([key, member]) => [...documentKeys(member, `${path}.${nameOf(key)}`)]),
    );
  }
  return new Map([[path, kindOf(value)]]);
}

/**
 * Fields of `peer` that `own` has not, or has of another kind. Nothing, an empty list and an empty object are one: which
 * of them stands for “none” differs between Docker's own versions.
 */
export function missingKeys(own: unknown, peer: unknown): readonly string[] {
  const ours = documentKeys(own);
  const has = (path: string): boolean =>
    [...ours.keys()].some((key) => key === path || key.startsWith(`${path}.`) || key.startsWith(`${path}[`));
  return [...documentKeys(peer)].flatMap(([path, kind]) => {
    const mine = ours.get(path);
    if (mine === kind || (kind === 'nothing' && has(path)) || mine === 'nothing') return [];
    return [`${path}: ${kind}${mine === undefined ? '' : `, not ${mine}`}`];
  });
}

function kindOf(value: unknown): string {
  const isEmpty = value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty ? 'nothing' : Array.isArray(value) ? 'list' : typeof value;
}

/** IDs are names of each engine's own. */
function nameOf(key: string): string {
  return /^[0-9a-f]{64}$/.test(key) ? 'ID' : key;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
