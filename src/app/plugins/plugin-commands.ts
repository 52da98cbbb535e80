import { GantryError } from '../../base/gantry-error.ts';
import type { CommandEntry } from '../commands/command-index.ts';
import type { Command } from '../commands/define-command.ts';
import { type FoundPlugin, findPlugins } from './find-plugins.ts';
import { loadPlugin } from './load-plugin.ts';
import type { PluginFolder } from './plugin-folder.ts';
import { type ManifestCommand, parseCommand } from './plugin-manifest.ts';
import type { PluginReport } from './plugin-report.ts';

export interface PluginCommands {
  readonly entries: readonly CommandEntry[];
  /** All that were found, and what is wrong with them as far as it is known without running their code. */
  readonly plugins: readonly PluginReport[];
  /** One line a plugin that cannot be used, or not wholly. */
  readonly warnings: readonly string[];
}

export interface PluginOptions {
  readonly folders: readonly PluginFolder[];
  /** The module that `gantry/plugin` stands for. */
  readonly apiUrl: string;
  /** Commands whose names are taken. */
  readonly taken: readonly CommandEntry[];
}

/**
 * The commands of all plugins, ready to be listed; their code runs when one is used, or here where a plugin has no
 * manifest. One broken plugin costs one warning and nothing else.
 */
export async function pluginCommands({ folders, apiUrl, taken }: PluginOptions): Promise<PluginCommands> {
  const entries: CommandEntry[] = [];
  const plugins: PluginReport[] = [];
  const verbs = new Set(taken.flatMap((entry) => entry.verbs));
  const ids = new Set(taken.map(({ id }) => id));
  for (const found of await findPlugins(folders)) {
    const name = found.ok ? found.manifest.name : found.name;
    const own: string[] = [];
    const problems: string[] = [];
    plugins.push({ name, path: found.path, verbs: own, problems });
    try {
      if (!found.ok) throw new Error(found.problem);
      for (const described of found.manifest.commands ?? (await describeCommands(found, apiUrl))) {
        const clash = described.verbs.find((verb) => verbs.has(verb));
        if (clash !== undefined || ids.has(described.id)) {
          problems.push(`there is a command ${clash ?? described.id} already`);
          continue;
        }
        for (const verb of described.verbs) verbs.add(verb);
        ids.add(described.id);
        own.push(described.verbs[0]);
        entries.push({
          ...described,
          group: described.verbs[0].includes(' ') ? 'nested' : 'plain',
          load: () => loadCommand(found, described, apiUrl),
        });
      }
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  const warnings = plugins.flatMap(({ name, problems }) => problems.map((text) => `plugin ${name}: ${text}`));
  return { entries, plugins, warnings };
}

type UsablePlugin = Extract<FoundPlugin, { readonly ok: true }>;

async function describeCommands(
  { entry }: UsablePlugin,
  apiUrl: string,
): Promise<readonly ManifestCommand[]> {
  return ((await loadPlugin(entry, apiUrl)).commands ?? []).map(parseCommand);
}

async function loadCommand(
  { entry, manifest }: UsablePlugin,
  { id }: ManifestCommand,
  apiUrl: string,
): Promise<Command> {
  try {
    const command = (await loadPlugin(entry, apiUrl)).commands?.find((known) => known.id === id);
    if (command === undefined || typeof command.run !== 'function')
      throw new Error(`it has no command ${id}`);
    return command;
  } catch (error) {
    throw new GantryError({
      kind: 'failed',
      code: 'plugin-broken',
      message: `plugin ${manifest.name}: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}
