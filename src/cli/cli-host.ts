import type { CommandEntry } from '../app/commands/command-index.ts';
import type { PluginReport } from '../app/plugins/plugin-report.ts';
import type { Engine } from '../engine/engine.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Interrupts } from './interrupts.ts';
import type { Sink } from './sink.ts';
import type { StandardInput } from './standard-input.ts';

/** The process as the command line sees it. */
export interface CliHost {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: StandardInput;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interrupts: Interrupts;
  readonly globals: GlobalOptions;
  /** Our own commands. */
  readonly commands: readonly CommandEntry[];
  /** Those of plugins, looked for when a line is not one of ours or all are listed. */
  pluginCommands(): Promise<readonly CommandEntry[]>;
  /** All plugins, with what is wrong with them. */
  plugins(): Promise<readonly PluginReport[]>;
  openEngine(): Promise<Engine>;
}
