import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Exit status; 128 + signal number when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end, with its standard input closed unless `input` is given. Any status is a result. */
export function runProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { input, env, cwd, timeoutMs = 100_000 } = options;
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  child.stdin.on('error', () => undefined).end(input);
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(
      new Error(`${argv.join(' ')} did not end in ${timeoutMs} ms; it said:\n${said.stdout}${said.stderr}`),
    );
  }, timeoutMs);
  child.once('error', reject);
  child.once('close', (code, signal) => {
    clearTimeout(timer);
    resolve({ status: code ?? 128 + (signalNumbers[signal ?? ''] ?? 0), ...said });
  });
  return promise;
}

/** As {@link runProgram}, for what must work: resolves with its standard output, rejects with what it said. */
export async function mustRun(argv: readonly string[], options: ProgramOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await runProgram(argv, options);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
