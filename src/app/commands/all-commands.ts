import { type CommandEntry, commandIndex } from './command-index.ts';
import type { Command } from './define-command.ts';

/** Every declaration in full, in the order of the index, for surfaces that need keys and options of all of them. */
export function allCommands(entries: readonly CommandEntry[] = commandIndex): Promise<readonly Command[]> {
  return Promise.all(entries.map((entry) => entry.load()));
}
