import type { ProcessRequest } from './start-process.ts';

/**
 * Becomes another program (execve(2)): same process ID, standard streams and terminal. Returns only by throwing.
 * Anything that must be let go first (locks, terminal modes) is the caller's.
 */
export function replaceProcess(request: Pick<ProcessRequest, 'argv' | 'env'>): never {
  const [program] = request.argv;
  process.execve?.(program, request.argv, request.env ?? process.env);
  throw new Error(`execve ${program} came back`);
}
