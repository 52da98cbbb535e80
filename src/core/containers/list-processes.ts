import { GantryError } from '../../base/gantry-error.ts';
import { findBinary } from '../host/find-binary.ts';
import { runCommand } from '../host/run-command.ts';
import type { ProcessTable } from './container-processes.ts';

/**
 * The host's `ps` with options of the user, its lines kept that are of `pids`. Throws `invalid` / `ps-options` for what
 * ps refuses, and where its output has no PID column to tell by.
 */
export async function listProcesses(
  options: readonly string[],
  pids: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ProcessTable> {
  const program = findBinary('ps');
  if (program === undefined) {
    throw new GantryError({
      kind: 'unavailable',
      code: 'no-ps',
      message: 'options of ps need the program ps on this machine',
      hint: 'On Debian or Ubuntu: apt-get install procps. Without options none is needed.',
    });
  }
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8', COLUMNS: '4096' };
  const { status, stdout, stderr } = await runCommand({ argv: [program, ...options], env, signal });
  if (status !== 0) throw bad(`ps: ${stderr.trim().split('\n', 1)[0] ?? ''}`);
  const [head = '', ...lines] = stdout.split('\n').filter((line) => line.trim() !== '');
  const titles = head.trim().split(/\s+/);
  const column = titles.indexOf('PID');
  if (column < 0) throw bad("Couldn't find PID field in ps output");
  const wanted = new Set(pids.map(String));
  const rows = lines.map((line) => cells(line, titles.length)).filter((row) => wanted.has(row[column] ?? ''));
  return { titles, rows };
}

/** The last column holds what is left, blanks included. */
function cells(line: string, count: number): readonly string[] {
  const words = line.trim().split(/\s+/);
  return [...words.slice(0, count - 1), words.slice(count - 1).join(' ')];
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'ps-options', message });
}
