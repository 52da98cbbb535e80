import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder whose subfolders are plugins. */
export interface PluginFolder {
  readonly path: string;
  /** Ours came with the program; anyone else's must be safe from other users before its code runs. */
  readonly trusted: boolean;
  /** Where the code of plugin `name` lies, if the build has put it elsewhere than its manifest says. */
  entry?(name: string): string;
}

/** `$XDG_CONFIG_HOME/gantry/plugins` of the user. */
export function userPluginFolder(env: Readonly<Record<string, string | undefined>>): PluginFolder {
  const config = env['XDG_CONFIG_HOME'];
  const base = config?.startsWith('/') ? config : join(env['HOME'] ?? homedir(), '.config');
  return { path: join(base, 'gantry', 'plugins'), trusted: false };
}
