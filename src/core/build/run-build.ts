import { GantryError } from '../../base/gantry-error.ts';
import type { BuildEvent, BuildResult, BuildSpec } from '../../engine/builds.ts';
import type { Emit } from '../../engine/start-operation.ts';
import { requireNewName } from '../../oci/new-name.ts';
import {
  canonicalReference,
  familiarReference,
  parseReference,
  withDefaultTag,
} from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import type { BuildDependencies } from './build-dependencies.ts';
import { recordImage } from './export/record-image.ts';
import { openBuild } from './open-build.ts';
import type { BuildSession } from './solver/build-session.ts';
import { solveBuild } from './solver/solve-build.ts';
import type { StageState } from './solver/stage-state.ts';

/** One build from its specification to a recorded image. Whatever happens, nothing is left but what the cache may keep. */
export async function runBuild(
  services: CoreServices,
  dependencies: BuildDependencies,
  spec: BuildSpec,
  emit: Emit<BuildEvent>,
  outer: AbortSignal,
): Promise<BuildResult> {
  const tags = (spec.tags ?? []).map((tag) => withDefaultTag(parseTag(tag)));
  await using build = await openBuild(services, dependencies, spec, emit, outer);
  const { session } = build;
  const solved = await solveBuild(session, build.abort).finally(() => session.cache.touch(Date.now()));
  const state = spec.squash === true ? await squash(session, solved.state) : solved.state;
  const image = await recordImage(session, state, {
    tags: tags.map(canonicalReference),
    labels: spec.labels ?? {},
    output: spec.output,
    cache: await inlineCacheOf(session, state, spec),
  });
  for (const target of spec.cacheTo ?? []) {
    if (target.type === 'inline') continue;
    const [{ exportCache }, { cachePlaceWords }, { tellTransfer }] = await Promise.all([
      import('./cache-transfer/export-cache.ts'),
      import('./cache-transfer/cache-place.ts'),
      import('./cache-transfer/tell-transfer.ts'),
    ]);
    await tellTransfer(session, `exporting cache to ${cachePlaceWords(target)}`, () =>
      exportCache(session, state, target),
    );
  }
  const { cachedSteps, totalSteps } = solved;
  return {
    imageId: image.id,
    manifest: image.manifest,
    tags: tags.map(familiarReference),
    cachedSteps,
    totalSteps,
  };
}

/** Asked for by `--cache-to type=inline`, or the argument that BuildKit knows. */
async function inlineCacheOf(
  session: BuildSession,
  state: StageState,
  { cacheTo = [], buildArgs = {} }: BuildSpec,
): Promise<Readonly<Record<string, string>>> {
  const isWanted =
    cacheTo.some(({ type }) => type === 'inline') ||
    ['1', 'true'].includes(buildArgs['BUILDKIT_INLINE_CACHE'] ?? '');
  if (!isWanted) return {};
  const { inlineCache } = await import('./cache-transfer/inline-cache.ts');
  return inlineCache(state, session.cache.records());
}

async function squash(session: BuildSession, state: StageState): Promise<StageState> {
  const { squashLayers } = await import('./export/squash-layers.ts');
  return squashLayers(session, state);
}

function parseTag(tag: string): ReturnType<typeof parseReference> {
  const invalid = (why: string): GantryError =>
    new GantryError({
      kind: 'invalid',
      code: 'bad-tag',
      message: `invalid argument ${JSON.stringify(tag)} for "-t, --tag" flag: ${why}`,
    });
  try {
    const reference = requireNewName(parseReference(tag));
    if (reference.digest === undefined) return reference;
  } catch (error) {
    throw invalid(GantryError.from(error).message);
  }
  throw invalid('a name to give cannot have a digest');
}
