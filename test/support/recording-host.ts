import { commandIndex } from '../../src/app/commands/command-index.ts';
import type { CliHost } from '../../src/cli/cli-host.ts';
import { noGlobals } from '../../src/cli/global-options.ts';
import type { Interrupts } from '../../src/cli/interrupts.ts';
import type { Sink } from '../../src/cli/sink.ts';
import type { Engine } from '../../src/engine/engine.ts';

/** A command line without a process: what is printed is kept, signals come from the test. */
export interface RecordingHost extends CliHost {
  readonly printed: { stdout: string; stderr: string };
  /** What was last set by `setRaw`. */
  readonly raw: readonly boolean[];
  /** Sends a signal, as the kernel would. */
  signal(name: NodeJS.Signals): void;
}

export interface RecordingOptions {
  readonly engine?: Engine;
  readonly stdin?: AsyncIterable<Uint8Array> | readonly string[];
  readonly terminal?: boolean;
  readonly yes?: boolean;
  readonly debug?: boolean;
  readonly commands?: CliHost['commands'];
  readonly env?: CliHost['env'];
}

export function recordingHost(options: RecordingOptions = {}): RecordingHost {
  const printed = { stdout: '', stderr: '' };
  const raw: boolean[] = [];
  const controller = new AbortController();
  let handler: ((signal: NodeJS.Signals) => void) | undefined;
  let exitCode: number | undefined;
  const terminal = options.terminal ?? false;
  const sink = (name: 'stdout' | 'stderr'): Sink => ({
    isTerminal: terminal,
    columns: () => 80,
    rows: () => 24,
    text: (text) => {
      printed[name] += text;
    },
    bytes: async (data) => {
      printed[name] += Buffer.from(data).toString();
    },
  });
  const interrupts: Interrupts = {
    signal: controller.signal,
    exitCode: () => exitCode,
    takeOver(next) {
      handler = next;
      return {
        [Symbol.dispose]: () => {
          handler = undefined;
        },
      };
    },
    [Symbol.dispose]: () => undefined,
  };
  return {
    printed,
    raw,
    signal(name) {
      if (handler !== undefined) return handler(name);
      exitCode = name === 'SIGINT' ? 130 : 143;
      controller.abort();
    },
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    stdin: {
      isTerminal: terminal,
      chunks: () => bytesOf(options.stdin ?? []),
      setRaw: async (on) => void raw.push(on),
      withoutEcho: async () => {
        raw.push(true);
        return { [Symbol.dispose]: () => void raw.push(false) };
      },
      release: () => undefined,
    },
    cwd: '/',
    env: options.env ?? {},
    interrupts,
    globals: { ...noGlobals, yes: options.yes ?? false, debug: options.debug ?? false },
    commands: options.commands ?? commandIndex,
    pluginCommands: async () => [],
    plugins: async () => [],
    openEngine: async () => {
      if (options.engine === undefined) throw new Error('this test has no engine');
      return options.engine;
    },
  };
}

async function* bytesOf(source: AsyncIterable<Uint8Array> | readonly string[]): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
