import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
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
  return start(['--input-type=module-typescript', '--eval', withPaths(source), '--', ...args]);
}

/**
 * The same from a file, `path`.mts, that is written first: worker threads inherit the options of their process, and
 * those of `--eval` keep them from starting. Its arguments are the last ones of `process.argv`.
 */
export function startScriptFile(path: string, source: string, args: readonly string[] = []): ScriptProcess {
  writeFileSync(`${path}.mts`, withPaths(source));
  return start([`${path}.mts`, ...args]);
}

function withPaths(source: string): string {
  return source.replaceAll('SRC', join(import.meta.dirname, '..', '..', 'src'));
}

function start(argv: readonly string[]): ScriptProcess {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
