import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { specError } from './spec-error.ts';

interface Sources {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * `--env-file` in their order, then `-e`. A name alone takes the caller's value and is left out where there is none.
 * Throws `invalid` / `bad-env`, and `not-found`-like errors of the file as they come.
 */
export async function readEnvironment(
  files: readonly string[],
  words: readonly string[],
  { cwd, env }: Sources,
): Promise<readonly string[]> {
  const lines = (await Promise.all(files.map((file) => readLines(resolve(cwd, file), file)))).flat();
  const result: string[] = [];
  for (const word of [...lines, ...words]) {
    const at = word.indexOf('=');
    if (word === '' || at === 0) throw specError('bad-env', `invalid environment variable: ${word}`);
    const name = at < 0 ? word : word.slice(0, at);
    const value = at < 0 ? env[name] : word.slice(at + 1);
    if (value !== undefined) result.push(`${name}=${value}`);
  }
  return result;
}

/** `--label-file`: the same lines, as they are. */
export async function readLabelFiles(files: readonly string[], cwd: string): Promise<readonly string[]> {
  return (await Promise.all(files.map((file) => readLines(resolve(cwd, file), file)))).flat();
}

/** The lines of such a file: no comments, no blank ones, nothing unquoted. */
async function readLines(path: string, shown: string): Promise<readonly string[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'no such file or directory' : error.message;
    throw specError('bad-env-file', `open ${shown}: ${why}`);
  });
  let text: string;
  try {
    // The decoder drops a byte order mark and refuses what is not UTF-8.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw specError('bad-env-file', `invalid env file (${shown}): invalid utf8 bytes`);
  }
  const lines: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const name = line.split('=', 1)[0]!;
    if (name === '')
      throw specError('bad-env-file', `invalid env file (${shown}): no variable name on line '${line}'`);
    if (/\s/.test(name)) {
      throw specError(
        'bad-env-file',
        `invalid env file (${shown}): variable '${name}' contains whitespaces`,
        `See line ${index + 1}.`,
      );
    }
    lines.push(line);
  }
  return lines;
}
