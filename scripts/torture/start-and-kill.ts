import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** Starts a program and kills it with SIGKILL after a while. False: it had ended by itself. */
export async function startAndKill(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  afterMs: number,
): Promise<boolean> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const ended = Promise.withResolvers<boolean>();
  child.once('error', ended.reject);
  child.once('exit', (_code, signal) => ended.resolve(signal === 'SIGKILL'));
  const stop = new AbortController();
  void ended.promise.finally(() => stop.abort()).catch(() => undefined);
  await pause(afterMs, undefined, { signal: stop.signal }).catch(() => undefined);
  child.kill('SIGKILL');
  return ended.promise;
}
