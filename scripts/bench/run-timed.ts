import { spawn } from 'node:child_process';

/** Milliseconds from a program's start to its end. It must succeed; its output is thrown away. */
export function runTimed(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const begun = performance.now();
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      if (status === 0) resolve(performance.now() - begun);
      else reject(new Error(`${argv.join(' ')} ended with ${status}:\n${said}`));
    });
  });
}
