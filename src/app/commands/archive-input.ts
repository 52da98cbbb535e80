import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { untilAborted } from '../../base/until-aborted.ts';
import type { ArchiveBytes } from '../../engine/images.ts';
import { beginStream } from './begin-stream.ts';
import type { CommandContext } from './command-context.ts';
import { pipeInput } from './pipe-input.ts';

/**
 * Bytes of an archive: a file of the caller, or stdin. Rejects `not-found` for a file that is not there, and refuses
 * as stdin a terminal and what ends at once (a program before the pipe that failed).
 */
export async function archiveInput(ctx: CommandContext, file: string | undefined): Promise<ArchiveBytes> {
  if (file === undefined) {
    const piped = ctx.io.stdinIsTerminal ? undefined : await beginStream(ctx.io.stdin);
    if (piped !== undefined) return piped;
    throw new GantryError({
      kind: 'invalid',
      code: 'no-input',
      message: 'requested load from stdin, but stdin is empty',
      hint: 'Name a file, or pipe the archive in.',
    });
  }
  const path = resolve(ctx.cwd, file);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new GantryError({
      kind: 'not-found',
      code: 'no-such-file',
      message: `open ${file}: no such file or directory`,
    });
  }
  if (found.isDirectory()) {
    throw new GantryError({
      kind: 'invalid',
      code: 'is-a-directory',
      message: `read ${file}: is a directory`,
    });
  }
  if (found.isFIFO()) return untilAborted(pipeInput(path, ctx.signal), ctx.signal);
  const stream = createReadStream(path, { highWaterMark: 256 * 1024, signal: ctx.signal });
  return { file: path, [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
}
