import { GantryError } from '../base/gantry-error.ts';
import { enterWorld } from './host/user-world/enter-world.ts';
import type { CoreOptions } from './open-core.ts';
import { resolveDirs } from './open-dirs.ts';

/**
 * Starts this program anew inside the user's own world, where they are root and the engine works as it does for root.
 * Returns only where the machine does not let them have one: why, in one sentence.
 */
export async function enterOwnWorld(request: {
  readonly options: CoreOptions;
  /** All of the command line, with its options in front. */
  readonly argv: readonly string[];
}): Promise<string> {
  const { options, argv } = request;
  const { uid, env, selfCommand } = options;
  try {
    // Inside everybody is user 0, and the folders are not told by that any more.
    const { root } = resolveDirs(options);
    return await enterWorld({
      root,
      uid,
      gid: process.getgid?.() ?? uid,
      env,
      cwd: process.cwd(),
      argv: [...selfCommand, ...(options.rootOption === root ? [] : ['--root', root]), ...argv],
    });
  } catch (thrown) {
    const { kind, message, hint } = GantryError.from(thrown);
    if (kind !== 'unavailable') throw thrown;
    return hint === undefined ? message : `${message} (${hint})`;
  }
}
