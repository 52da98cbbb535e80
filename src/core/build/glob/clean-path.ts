/** Go's `path.Clean`: one slash between parts, no `.`, `..` resolved as text, no slash at the end; empty is `.`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = parts.join('/');
  if (rooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** The parts of a path below a root nothing leads out of: `/../a/./b/` → `a`, `b`. */
export function partsInRoot(path: string): readonly string[] {
  const clean = cleanPath(`/${path}`);
  return clean === '/' ? [] : clean.slice(1).split('/');
}
