import { type CommandEntry, commandIndex } from './command-index.ts';
import type { Command } from './define-command.ts';

/**
 * Every declaration in full, in the order of the index, for surfaces that need keys and options of all of them. One
 * that cannot be loaded (a plugin's) is left out and told to `broken`; without it the failure is thrown.
 */
export async function allCommands(
  entries: readonly CommandEntry[] = commandIndex,
  broken?: (entry: CommandEntry, error: unknown) => void,
): Promise<readonly Command[]> {
  const commands = await Promise.all(
    entries.map((entry) =>
      broken === undefined
        ? entry.load()
        : entry.load().catch((error: unknown) => {
            broken(entry, error);
            return undefined;
          }),
    ),
  );
  return commands.filter((command) => command !== undefined);
}
