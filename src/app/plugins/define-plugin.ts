import type { Command } from '../commands/define-command.ts';

/** What a plugin's code exports under the name `plugin`. */
export interface Plugin {
  readonly commands?: readonly Command[] | undefined;
}

/** Declares a plugin; the identity function that checks its type. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
