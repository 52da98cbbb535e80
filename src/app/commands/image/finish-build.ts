import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildResult } from '../../../engine/builds.ts';
import { parseReference, repositoryName } from '../../../oci/reference.ts';
import { archiveOutput } from '../archive-output.ts';
import type { CommandContext } from '../command-context.ts';
import type { Outcome } from '../outcome.ts';
import type { BuildOutput } from './parse-output.ts';

/** Pushing needs a name to push to. Throws `invalid` / `push-without-name`. */
export function requireNameToPush(isPushed: boolean, tags: readonly string[]): void {
  if (!isPushed || tags.length > 0) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'push-without-name',
    message: 'tag is needed when pushing to registry',
    hint: 'name the image: -t HOST/NAME:TAG',
  });
}

/** Archives and pushes of an image that was built, one after the other, and what is said at the end. */
export async function finishBuild(
  ctx: CommandContext,
  { imageId, tags }: BuildResult,
  options: { readonly output: BuildOutput | undefined; readonly push: boolean; readonly quiet: boolean },
): Promise<Outcome> {
  const { output, quiet } = options;
  if (output?.type === 'archive') {
    const bytes = ctx.engine.images.save(tags.length > 0 ? tags : [imageId], { signal: ctx.signal });
    return archiveOutput(ctx, bytes, output.dest, 'failed to export image');
  }
  const last: Outcome =
    quiet && (output === undefined || output.type === 'image')
      ? { kind: 'lines', lines: [imageId] }
      : { kind: 'none' };
  return options.push ? pushThen(ctx, tags, quiet, last) : last;
}

function pushThen(
  ctx: CommandContext,
  [tag, ...rest]: readonly string[],
  quiet: boolean,
  last: Outcome,
): Outcome {
  if (tag === undefined) return last;
  const operation = ctx.engine.images.push(tag, { signal: ctx.signal });
  return {
    kind: 'transfer',
    way: 'push',
    operation,
    opening: quiet ? undefined : `The push refers to repository [${repositoryName(parseReference(tag))}]`,
    quiet,
    stream: 'stderr',
    async next() {
      await operation.result;
      return pushThen(ctx, rest, quiet, last);
    },
  };
}
