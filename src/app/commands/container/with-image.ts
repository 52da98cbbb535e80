import { GantryError } from '../../../base/gantry-error.ts';
import type { CommandContext } from '../command-context.ts';
import type { Outcome } from '../outcome.ts';
import { missingImageNote } from '../transfer-note.ts';

interface ImageWish {
  readonly image: string;
  readonly pull: string;
  readonly quiet: boolean;
  readonly platform: string | undefined;
}

/** An image for another platform than the one asked for is not the one that is meant. */
const missing: ReadonlySet<string> = new Set(['image-not-found', 'platform-mismatch']);

/**
 * Does `work`, pulling the image before it where the policy or its absence asks for that. The common case, an image
 * that is here, costs nothing: `work` is simply tried.
 */
export async function withImage(
  ctx: CommandContext,
  wish: ImageWish,
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const pull = (opening: string | undefined): Outcome => ({
    kind: 'transfer',
    way: 'pull',
    operation: ctx.engine.images.pull(wish.image, { signal: ctx.signal, platform: wish.platform }),
    opening,
    quiet: wish.quiet,
    stream: 'stderr',
    next: work,
  });
  switch (wish.pull) {
    case 'always':
      return pull(undefined);
    case 'never':
      return work();
    case 'missing':
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof GantryError && missing.has(error.code))) throw error;
        return pull(missingImageNote(wish.image));
      }
    default:
      throw new GantryError({
        kind: 'usage',
        code: 'bad-value',
        message: `invalid pull option: '${wish.pull}': must be one of "always", "missing" or "never"`,
      });
  }
}
