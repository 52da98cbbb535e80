import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import { parseRunMount, type RunMount } from '../dockerfile/parse-run-mount.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { Origin } from '../solver/origins.ts';
import type { StageState } from '../solver/stage-state.ts';
import { contentKey } from '../tree/content-key.ts';
import type { KnownContents } from '../tree/known-contents.ts';
import type { Pacer } from '../tree/pacer.ts';
import { hasOwners } from './copy-bound.ts';
import { resolveSources } from './resolve-sources.ts';
import type { FoundMount } from './run-mounts.ts';
import { absolutePath } from './workdir.ts';

/** `--mount` after expansion. Throws `invalid` / `dockerfile-syntax`. */
export function readMount(text: string, position: SourcePosition): RunMount {
  const parsed = parseRunMount(text);
  if (parsed.ok) return parsed.mount;
  throw new GantryError({
    kind: 'invalid',
    code: 'dockerfile-syntax',
    message: `dockerfile parse error on line ${position.line}: ${parsed.message}`,
    hint: parsed.hint,
    details: { position },
  });
}

/** Mounts that show files of the context, of a stage or of an image, or begin with them. */
export function takesFiles(mount: RunMount): mount is Extract<RunMount, { type: 'bind' | 'cache' }> {
  return mount.type === 'bind' || (mount.type === 'cache' && mount.from !== undefined);
}

/**
 * What of a mount counts for the cache, as in BuildKit: all a step may see of it but what a cache holds, which one it is,
 * and what a secret says.
 */
export function mountFacts(mount: RunMount): unknown {
  if (mount.type === 'bind') return ['bind', mount.target, mount.source, mount.readOnly];
  if (mount.type === 'tmpfs') return ['tmpfs', mount.target, mount.sizeBytes ?? null];
  const { uid, gid, mode } = mount;
  const access = [uid ?? null, gid ?? null, mode ?? null];
  if (mount.type === 'cache') return ['cache', mount.target, mount.source, mount.readOnly, ...access];
  return [mount.type, mount.id, mount.target ?? null, mount.env ?? null, mount.required, ...access];
}

export interface MountFinding {
  readonly originOf: (from: string) => Origin;
  /** Gets to know what the files hold. */
  readonly contents: KnownContents;
  readonly pacer: Pacer;
}

/** Finds the files of the mounts that show some, and where each mount is seen inside. */
export async function findMounts(
  session: BuildSession,
  state: StageState,
  mounts: readonly RunMount[],
  { originOf, contents, pacer }: MountFinding,
): Promise<readonly FoundMount[]> {
  const found: FoundMount[] = [];
  for (const mount of mounts) {
    const target = mount.target ?? usualTarget(mount, found);
    let files: FoundMount['files'];
    if (takesFiles(mount)) {
      const tree = mount.from === undefined ? session.context.tree : originOf(mount.from).tree();
      const request = { instruction: 'RUN --mount', tree, exclude: [], parents: false, patterns: false };
      const [selection] = await resolveSources({ ...request, sources: [mount.source] }, pacer);
      if (selection !== undefined) {
        const how = { owners: hasOwners(selection), contents, pacer };
        files = { selection, key: await contentKey([selection], how) };
      }
    }
    found.push({ mount, target: target === undefined ? undefined : absolutePath(state, target), files });
  }
  return found;
}

/** Where BuildKit puts what has no target. Undefined: a secret that is only a variable. */
function usualTarget(mount: RunMount, before: readonly FoundMount[]): string | undefined {
  if (mount.type === 'ssh') {
    return `/run/buildkit/ssh_agent.${before.filter((other) => other.mount.type === 'ssh').length}`;
  }
  return mount.type === 'secret' && mount.env === undefined ? `/run/secrets/${mount.id}` : undefined;
}
