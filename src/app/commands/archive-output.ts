import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { CommandContext } from './command-context.ts';
import type { Outcome } from './outcome.ts';
import { writeStream } from './write-stream.ts';

/** Refuses to write an archive onto a terminal, before anything is read. */
export function requireArchiveOutput(ctx: CommandContext, output: string | undefined): void {
  if (output !== undefined || !ctx.io.stdoutIsTerminal) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'output-is-terminal',
    message: 'cowardly refusing to save to a terminal. Use the -o flag or redirect',
  });
}

/** Bytes of an archive to a file of the caller, whole or not at all, or to stdout. `failure` begins what is said when it cannot be written. */
export async function archiveOutput(
  ctx: CommandContext,
  bytes: AsyncIterable<Uint8Array>,
  output: string | undefined,
  failure: string,
): Promise<Outcome> {
  if (output === undefined) return { kind: 'bytes', bytes };
  const found = await stat(resolve(ctx.cwd, output)).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new GantryError({
      kind: 'invalid',
      code: 'is-a-directory',
      message: `${failure}: invalid output path: "${output}" is a directory`,
    });
  }
  await writeStream(bytes, output, { cwd: ctx.cwd, regular: found === undefined || found.isFile() });
  return { kind: 'none' };
}
