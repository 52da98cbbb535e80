import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Another Node running TypeScript text with our sources at hand: for what only two processes can show. */
export interface ScriptProcess extends AsyncDisposable {
  readonly pid: number;
  /** Next line it prints; rejects when it ends before. */
  line(): Promise<string>;
  /** SIGKILL, and its end. */
  kill(): Promise<void>;
  /** Its exit status; -1 for a signal. */
  end(): Promise<number>;
}

/**
 * `source` is a module: it may `await`, and import by `import('#src/core/…')`-like paths where `SRC` stands for the
 * absolute path of `src`.
 */
export function startScript(source: string, args: readonly string[] = []): ScriptProcess {
  const text = source.replaceAll('SRC', join(import.meta.dirname, '..', '..', 'src'));
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module-typescript',
      '--eval',
      text,
      '--',
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ended = once(child, 'close').then(([code]) => (code as number | null) ?? -1);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    pid: child.pid!,
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`the script ended with ${await ended}`);
      return next.value;
    },
    kill,
    end: () => ended,
    [Symbol.asyncDispose]: kill,
  };
}
