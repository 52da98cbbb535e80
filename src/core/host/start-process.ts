import type { ChildProcess, StdioOptions } from 'node:child_process';

export interface ProcessRequest {
  /** The program, best by its absolute path, and its arguments. */
  readonly argv: readonly [program: string, ...args: string[]];
  /** The whole environment. Default: ours. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Default: nothing in, nothing out. */
  readonly stdio?: StdioOptions | undefined;
  /** A session of its own, which a Ctrl-C in our terminal does not reach. */
  readonly detached?: boolean | undefined;
}

/**
 * Starts a process, in the namespaces the calling thread is in at this moment. The caller listens to `error` (the
 * program is not there) and `exit`. For a program that just runs and answers there is `runCommand`.
 */
export function startProcess(request: ProcessRequest): ChildProcess {
  // Streams and sockets come with it, 7 ms, and many a command that might start something does not.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const [program, ...args] = request.argv;
  return spawn(program, args, {
    stdio: request.stdio ?? 'ignore',
    detached: request.detached ?? false,
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
  });
}
