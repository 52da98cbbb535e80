import type { PluginCommands } from './plugin-commands.ts';

/** One plugin as `plugin ls` tells of it. */
export interface PluginReport {
  readonly name: string;
  /** The folder it lies in. */
  readonly path: string;
  /** What its commands are called by. */
  readonly verbs: readonly string[];
  /** Why it cannot be used, or not wholly; empty when it can. */
  readonly problems: readonly string[];
}

/** What was found, with what is wrong with code that nobody has loaded yet: it is loaded here. Never rejects. */
export async function pluginReports({ plugins, entries }: PluginCommands): Promise<readonly PluginReport[]> {
  return await Promise.all(
    plugins.map(async (plugin) => {
      const own = entries.filter(({ verbs }) => plugin.verbs.includes(verbs[0]));
      const loaded = await Promise.allSettled(own.map((entry) => entry.load()));
      const broken = loaded.flatMap((result) =>
        result.status === 'rejected' ? [reason(result.reason)] : [],
      );
      const words = broken.map((text) => text.replace(`plugin ${plugin.name}: `, ''));
      return { ...plugin, problems: [...new Set([...plugin.problems, ...words])] };
    }),
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
