import { allCommands } from '../app/commands/all-commands.ts';
import type { CommandContext } from '../app/commands/command-context.ts';
import { type CommandEntry, commandIndex } from '../app/commands/command-index.ts';
import { userDirs } from '../app/storage/user-dirs.ts';
import { GantryError } from '../base/gantry-error.ts';
import type { Engine } from '../engine/engine.ts';
import { processTerminal } from './device/process-terminal.ts';
import { restoreOnExit } from './device/restore-on-exit.ts';
import type { TerminalDevice } from './device/terminal-device.ts';
import { StdinReader } from './input/stdin-reader.ts';
import { createScreen } from './screen/create-screen.ts';
import { farewell } from './screen/farewell.ts';
import { handleInput, isTyping } from './screen/handle-input.ts';

export interface TuiOptions {
  readonly engine: Engine;
  /** Program and arguments that start gantry again: shells run in panes as children of the screen. */
  readonly selfCommand: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Commands of plugins, looked for once the first frame stands. One that cannot be loaded is left out, and told to
   * `warn`.
   */
  readonly pluginCommands?:
    | ((warn: (warning: string) => void) => Promise<readonly CommandEntry[]>)
    | undefined;
  /** All plugins, with what is wrong with them. */
  readonly plugins?: CommandContext['plugins'];
  /** Default: the terminal of this process. */
  readonly device?: TerminalDevice | undefined;
  /** Milliseconds since the epoch, for ages. */
  readonly now?: (() => number) | undefined;
}

/**
 * Runs the full screen until the user leaves it; resolves with the exit status. The terminal is given back on every
 * way out. Nothing of React is loaded before this is called.
 */
export async function startTui(options: TuiOptions): Promise<number> {
  const device = options.device ?? processTerminal();
  if (device.env['TERM'] === 'dumb') {
    throw new GantryError({
      kind: 'unsupported',
      code: 'dumb-terminal',
      message: 'the screen needs a terminal whose cursor can be moved, and TERM says this one is dumb',
      hint: 'Use commands: gantry --help lists them.',
    });
  }
  const ended = Promise.withResolvers<number>();
  using _restore = restoreOnExit(device, (status) => ended.resolve(status));
  const screen = await createScreen({
    engine: options.engine,
    device,
    cwd: options.cwd,
    env: options.env,
    dirs: userDirs(options.env),
    selfCommand: options.selfCommand,
    now: options.now ?? Date.now,
    loadCommands: () => allCommands(commandIndex),
    loadPluginCommands: async (warn) =>
      allCommands((await options.pluginCommands?.(warn)) ?? [], (_entry, error) =>
        warn(GantryError.from(error).message),
      ),
    plugins: options.plugins,
    ended: (status) => ended.resolve(status),
  });
  try {
    await Promise.race([screen.ready, ended.promise]);
    using _reader = new StdinReader(
      device.input,
      (event) => handleInput(screen.screen, event),
      () => isTyping(screen.screen),
    );
    return await ended.promise;
  } finally {
    const goesOn = farewell(screen.screen.engineStore.state);
    await screen[Symbol.asyncDispose]();
    if (goesOn !== '') device.send(`${goesOn}\r\n`);
    await device.drain();
  }
}
