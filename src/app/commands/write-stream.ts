import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { GantryError } from '../../base/gantry-error.ts';

/**
 * Writes a stream to a file of the caller: beside it first, then renamed, so that the file is whole or not there. What
 * is not a regular file (`/dev/null`, a pipe) is written directly.
 */
export async function writeStream(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  { cwd, regular }: { readonly cwd: string; readonly regular: boolean },
): Promise<void> {
  const path = resolve(cwd, file);
  const temporary = regular ? join(dirname(path), `.${process.pid}.${Date.now()}.gantry-partial`) : path;
  const stream = createWriteStream(temporary, { flags: regular ? 'wx' : 'w', mode: 0o600 });
  const done = finished(stream);
  done.catch(() => undefined);
  try {
    for await (const chunk of bytes) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
    if (regular) await rename(temporary, path);
  } catch (error) {
    stream.destroy();
    if (regular) await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new GantryError({
        kind: 'not-found',
        code: 'no-such-folder',
        message: `open ${file}: no such file or directory`,
        cause: error,
      });
    }
    throw stream.errored === null ? error : ofFile(GantryError.from(error), file);
  }
}

/** A disk that is full, or broken: Node does not name the file. */
function ofFile(error: GantryError, file: string): GantryError {
  if (!['enospc', 'edquot', 'efbig', 'eio'].includes(error.code)) return error;
  const words = error.message.replace(/^E[A-Z]+: (.+?), \w+$/, '$1');
  return error.with({ message: `cannot write ${file}: ${words}` });
}
