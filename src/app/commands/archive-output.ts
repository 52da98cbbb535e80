import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { beginStream } from './begin-stream.ts';
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

/**
 * Bytes of an archive to a file of the caller, whole or not at all, or to stdout. Nothing is made or written before the
 * first bytes are there. `failure` begins what is said of a path that cannot be written to.
 */
export async function archiveOutput(
  ctx: CommandContext,
  bytes: AsyncIterable<Uint8Array>,
  output: string | undefined,
  failure: string,
): Promise<Outcome> {
  const isRegular =
    output === undefined || (await requireWritable(resolve(ctx.cwd, output), output, failure));
  const begun = (await beginStream(bytes)) ?? noBytes();
  if (output === undefined) return { kind: 'bytes', bytes: begun };
  await writeStream(begun, output, { cwd: ctx.cwd, regular: isRegular });
  return { kind: 'none' };
}

/**
 * Whether it is, or will be, a regular file. `output`: as it was written; `failure` begins what is said. Throws
 * `invalid` / `is-a-directory`, `not-found` / `no-such-folder`.
 */
export async function requireWritable(path: string, output: string, failure: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new GantryError({
      kind: 'invalid',
      code: 'is-a-directory',
      message: `${failure}: cannot write to a directory`,
      hint: `${output} is one: name a file in it.`,
    });
  }
  const folder = dirname(path);
  if (found === undefined && (await stat(folder).catch(() => undefined)) === undefined) {
    throw new GantryError({
      kind: 'not-found',
      code: 'no-such-folder',
      message: `${failure}: invalid output path: stat ${folder}: no such file or directory`,
      hint: 'Make the folder first, or name a file in one that is there.',
    });
  }
  return found === undefined || found.isFile();
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
