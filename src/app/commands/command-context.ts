import type { Engine } from '../../engine/engine.ts';
import type { TerminalSize } from '../../engine/session.ts';
import type { PluginReport } from '../plugins/plugin-report.ts';

/** What a command may know of the streams it was called with. It never writes to them. */
export interface CommandIo {
  /** Bytes piped to us; ends at once where a surface has none to give. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  /** Of the terminal that will show a session; undefined without one. */
  readonly size: TerminalSize | undefined;
  /**
   * Asks the person there, without showing what is typed where the answer is a `secret`; undefined at the end of
   * input. Absent where there is nobody to ask.
   */
  readonly ask?: Ask | undefined;
}

export type Ask = (text: string, how?: { readonly secret?: boolean }) => Promise<string | undefined>;

/** Everything a command gets from the surface that runs it. */
export interface CommandContext {
  readonly engine: Engine;
  /** Fires when the user gives up (Ctrl-C, the pane closes). */
  readonly signal: AbortSignal;
  /** Absolute: relative paths of the user are meant from here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly io: CommandIo;
  /** The plugins there are, with what is wrong with them: their code is run for that. Absent where there can be none. */
  readonly plugins?: (() => Promise<readonly PluginReport[]>) | undefined;
  /** Milliseconds since the epoch, for ages. */
  now(): number;
}
