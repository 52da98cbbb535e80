import { shortId } from '../../../oci/digest.ts';
import type { CommandContext } from '../command-context.ts';

/** Containers by what people know them by: short ID, name, image. */
export async function describeContainers(
  ctx: CommandContext,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const all = await ctx.engine.containers.list({ signal: ctx.signal, all: true });
  const known = new Map(all.map((container) => [container.id, container]));
  return ids.map((id) => {
    const container = known.get(id);
    return container === undefined ? shortId(id) : `${shortId(id)}  ${container.name}  ${container.image}`;
  });
}
