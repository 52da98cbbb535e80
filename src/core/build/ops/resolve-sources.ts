import { GantryError } from '../../../base/gantry-error.ts';
import { IgnoreMatcher } from '../context/ignore-matcher.ts';
import { type IgnorePattern, parseIgnorePattern } from '../context/ignore-patterns.ts';
import { partsInRoot } from '../glob/clean-path.ts';
import { compileGlob, parseGoPattern } from '../glob/glob.ts';
import type { FileTree, TreeEntry } from '../tree/file-tree.ts';
import type { Pacer } from '../tree/pacer.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import { type SelectedEntry, type Selection, selectEntries } from '../tree/selection.ts';

export interface SourceRequest {
  /** `COPY` or `ADD`, for messages. */
  readonly instruction: string;
  readonly tree: FileTree;
  /** As written, expanded. */
  readonly sources: readonly string[];
  readonly exclude: readonly string[];
  readonly parents: boolean;
  /** False: every source is a path, whatever characters are in it. */
  readonly patterns: boolean;
}

/**
 * Finds what COPY names: paths from the root of the tree (`/x` and `../x` mean `x`), or Go patterns. A source that is
 * a link is what it points to, inside the tree. Throws `not-found` / `source-not-found` with Docker's words.
 */
export async function resolveSources(request: SourceRequest, pacer: Pacer): Promise<readonly Selection[]> {
  const exclude = request.exclude.map((text) => readExclude(request.instruction, text));
  const selections: Selection[] = [];
  for (const source of request.sources) {
    if (request.parents) {
      selections.push(await selectWithParents(request, source, exclude, pacer));
      continue;
    }
    for (const { name, path } of request.patterns && hasWildcards(source)
      ? expand(request, source)
      : [literal(source)]) {
      const place = resolveInTree(request.tree, path);
      const root = request.tree.lookup(place);
      if (root === undefined) throw notFound(request, place === path ? source : path, place);
      selections.push(await selectEntries(request.tree, root, name, exclude, pacer));
    }
  }
  return selections;
}

/** Whether a source is a pattern. A backslash hides the next character (BuildKit, `containsWildcards`). */
export function hasWildcards(source: string): boolean {
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] as string;
    if (char === '\\') at += 1;
    else if ('*?['.includes(char)) return true;
  }
  return false;
}

interface Named {
  readonly name: string;
  readonly path: string;
}

function literal(source: string): Named {
  const parts = partsInRoot(source);
  return { name: parts.at(-1) ?? '', path: parts.join('/') };
}

/**
 * Matches part by part: no star crosses a slash; nothing matching is fine, as in `COPY package.json yarn.lock* ./`. What stands before the first wildcard may lead over links, folders
 * behind links are not searched.
 */
function expand(request: SourceRequest, source: string): readonly Named[] {
  const { tree } = request;
  const parts = partsInRoot(source);
  const fixed = parts.findIndex(hasWildcards);
  const start = tree.lookup(resolveInTree(tree, parts.slice(0, fixed).join('/')));
  let found: readonly TreeEntry[] = start === undefined ? [] : [start];
  for (const part of parts.slice(fixed)) {
    const tokens = parseGoPattern(part);
    if (tokens === undefined) throw badPattern(request.instruction, source);
    const glob = compileGlob(tokens);
    found = found
      .filter(({ stats }) => stats.isDirectory())
      .flatMap((folder) => tree.list(folder.path).filter(({ name }) => glob.matches(name)));
  }
  return found;
}

/** `--parents`: the path below the pivot `/./`, or the whole, is kept. `**` works. */
async function selectWithParents(
  request: SourceRequest,
  source: string,
  exclude: readonly IgnorePattern[],
  pacer: Pacer,
): Promise<Selection> {
  const pivot = source.indexOf('/./');
  const base = pivot < 0 ? '' : resolveInTree(request.tree, source.slice(0, pivot));
  const below = partsInRoot(pivot < 0 ? source : source.slice(pivot + 3)).join('/');
  const root = request.tree.lookup(base);
  if (root?.stats.isDirectory() !== true) throw notFound(request, source);
  const whole = await selectEntries(request.tree, root, '', exclude, pacer);
  if (below === '') return whole;
  const include = new IgnoreMatcher([readExclude(request.instruction, below)]);
  const wanted = new Set<string>();
  for (const { relative } of whole.entries) {
    if (relative === '' || !include.stateOf(relative).ignored) continue;
    for (let path = relative; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
      wanted.add(path);
    }
  }
  if (wanted.size === 0 && !hasWildcards(below)) throw notFound(request, source);
  const isWanted = ({ relative }: SelectedEntry): boolean => relative === '' || wanted.has(relative);
  return { ...whole, entries: whole.entries.filter(isWanted) };
}

/** A pattern of `--exclude`. Throws `invalid` / `bad-pattern`. */
export function readExclude(instruction: string, text: string): IgnorePattern {
  const pattern = parseIgnorePattern(text);
  if (typeof pattern === 'string') throw badPattern(instruction, text);
  return pattern;
}

function badPattern(instruction: string, pattern: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-pattern',
    message: `${instruction} failed: syntax error in pattern ${JSON.stringify(pattern)}`,
  });
}

/** Of a link, what is missing is what it leads to: `place`. */
function notFound({ instruction, tree }: SourceRequest, source: string, place?: string): GantryError {
  const path = place ?? literal(source).path;
  const isTarget = path !== literal(source).path;
  const where = `in the ${tree.description}`;
  return new GantryError({
    kind: 'not-found',
    code: 'source-not-found',
    message: `${instruction} failed: ${tree.missingPrefix}stat ${path === '' ? '/' : path}: file does not exist`,
    hint:
      tree.whyMissing(path) ??
      (isTarget ? `${source} leads to ${path}, which is not ${where}` : `there is no ${source} ${where}`),
    details: { source },
  });
}
