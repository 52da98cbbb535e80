import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A server in the background, with its log in a file; disposing of it ends it and waits for that. */
export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it has written so far. */
  log(): string;
}

export interface ServerRequest {
  readonly argv: readonly string[];
  readonly logPath: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Asked until it says yes; the server must be up within `timeoutMs`. */
  readonly ready: () => boolean | Promise<boolean>;
  readonly timeoutMs?: number;
}

export async function startServer(request: ServerRequest): Promise<ServerProcess> {
  const { argv, logPath, env, ready, timeoutMs = 30_000 } = request;
  const output = openSync(logPath, 'w');
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  const ended = Promise.withResolvers<void>();
  child.once('exit', () => ended.resolve());
  child.once('error', (error) => ended.reject(error));
  const log = () => readFileSync(logPath, 'utf8');
  // Whatever becomes of the test, its servers do not outlive it.
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);

  const stop = async () => {
    process.off('exit', killAtExit);
    if (hasEnded(child)) return;
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended.promise;
    clearTimeout(impatience);
  };
  try {
    await Promise.race([until(async () => hasEnded(child) || (await ready()), timeoutMs), ended.promise]);
    if (hasEnded(child)) throw new Error('it ended');
  } catch (error) {
    await stop().catch(() => undefined);
    throw new Error(`${program} does not come up; it says:\n${log()}`, { cause: error });
  }
  return { pid: child.pid ?? 0, log, [Symbol.asyncDispose]: stop };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
