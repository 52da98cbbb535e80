import { GantryError } from '../../base/gantry-error.ts';
import type { CommandIo } from './command-context.ts';

/** A process that reads a terminal needs one on our side. Throws `usage` / `not-a-terminal` in Docker's words. */
export function requireTerminal(
  io: CommandIo,
  wants: { readonly tty: boolean; readonly stdin: boolean },
): void {
  if (!wants.tty || !wants.stdin || io.stdinIsTerminal) return;
  throw new GantryError({
    kind: 'usage',
    code: 'not-a-terminal',
    message: 'the input device is not a TTY',
    hint: 'Leave -t out when stdin is a file or a pipe.',
    details: { exitCode: 1 },
  });
}
