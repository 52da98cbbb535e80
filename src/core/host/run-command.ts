import { constants } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';
import { type ProcessRequest, startProcess } from './start-process.ts';
import { isErrno } from './system-error.ts';

export interface CommandRequest extends Pick<ProcessRequest, 'argv' | 'env' | 'cwd'> {
  /** Written to its standard input, which is then closed. Default: no input. */
  readonly input?: string | Uint8Array | undefined;
  /** Kills it; the promise then rejects `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Kills it and rejects `timeout` / `command-timeout`. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Of standard output; more kills it and rejects `io` / `output-limit`. Default 16 MiB. */
  readonly limitBytes?: number | undefined;
}

export interface CommandResult {
  /** 128 + the number of the signal that ended it, as shells say it. */
  readonly status: number;
  readonly stdout: string;
  /** Its first 64 KiB. */
  readonly stderr: string;
}

/**
 * Runs a program to its end. Any status is a result; rejects `unavailable` / `missing-program` when it cannot be
 * started.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  if (request.signal?.aborted === true) throw GantryError.from(request.signal.reason);
  const { argv, env, cwd, input } = request;
  const child = startProcess({
    argv,
    env,
    cwd,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  let stdoutBytes = 0;
  let stderrBytes = 0;
  let failure: unknown;
  const kill = (reason: unknown) => {
    failure ??= reason;
    child.kill('SIGKILL');
    // What it started itself may hold them open for ever.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };

  child.stdout?.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length;
    if (stdoutBytes <= (request.limitBytes ?? 16 * 1024 * 1024)) stdout.push(chunk);
    else kill(commandError('io', 'output-limit', request, `writes more than ${request.limitBytes} bytes`));
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderrBytes < stderrLimitBytes) stderr.push(chunk.subarray(0, stderrLimitBytes - stderrBytes));
    stderrBytes += chunk.length;
  });
  // A program that does not read its input to the end is within its rights (EPIPE).
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  child.once('error', (error) => reject(startError(error, argv[0])));
  child.once('close', (code, signalName) => {
    if (failure !== undefined) reject(failure);
    else {
      resolve({
        status: code ?? 128 + signalNumber(signalName),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    }
  });

  const onAbort = () => kill(GantryError.from(request.signal?.reason));
  const onTimeout = () =>
    kill(commandError('timeout', 'command-timeout', request, `did not end in ${request.timeoutMs} ms`));
  const timer = request.timeoutMs === undefined ? undefined : setTimeout(onTimeout, request.timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}

const stderrLimitBytes = 64 * 1024;

function commandError(
  kind: 'io' | 'timeout',
  code: string,
  request: CommandRequest,
  what: string,
): GantryError {
  return new GantryError({
    kind,
    code,
    message: `${request.argv[0]} ${what}`,
    details: { argv: request.argv },
  });
}

function startError(error: Error, program: string): GantryError {
  if (!isErrno(error, 'ENOENT', 'EACCES')) return GantryError.from(error);
  return new GantryError({
    kind: 'unavailable',
    code: 'missing-program',
    message: `cannot run ${program}: ${error.message}`,
    details: { program },
    cause: error,
  });
}

function signalNumber(name: NodeJS.Signals | null): number {
  return name === null ? 0 : (constants.signals[name] ?? 0);
}
