import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { CommandContext } from '../command-context.ts';

export interface BuildSource {
  readonly contextDir: string;
  /** Absolute; undefined: the usual names in the context. */
  readonly dockerfile: string | undefined;
  readonly dockerfileText: string | undefined;
  /** Removes what was made for this build alone. */
  discard(): Promise<void>;
}

const longestDockerfileBytes = 16 * 1024 * 1024;

/**
 * Where a build reads from: a folder, with its Dockerfile there, elsewhere or on stdin; `-` alone is a Dockerfile on
 * stdin with an empty context. Rejects `invalid` in Docker's words.
 */
export async function buildSource(
  ctx: CommandContext,
  path: string,
  file: string | undefined,
): Promise<BuildSource> {
  if (path === '-') {
    if (file === '-') throw refuse("invalid argument: can't use stdin for both build context and dockerfile");
    if (file !== undefined) throw refuse('a context on stdin takes no other Dockerfile: leave -f out');
    const dockerfileText = await readDockerfile(ctx);
    const contextDir = await mkdtemp(join(tmpdir(), 'gantry-context-'));
    return {
      contextDir,
      dockerfile: undefined,
      dockerfileText,
      discard: () => rm(contextDir, { recursive: true, force: true }),
    };
  }
  if (/^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(path)) {
    throw refuse(
      `building from a URL is not supported: ${path}`,
      'Clone or download it and build the folder.',
    );
  }
  const contextDir = resolve(ctx.cwd, path);
  const found = await stat(contextDir).catch(() => undefined);
  if (found === undefined) throw refuse(`unable to prepare context: path ${JSON.stringify(path)} not found`);
  if (!found.isDirectory()) {
    throw refuse(`unable to prepare context: context must be a directory: ${contextDir}`);
  }
  if (file === '-') {
    return { contextDir, dockerfile: undefined, dockerfileText: await readDockerfile(ctx), discard: nothing };
  }
  if (file === undefined)
    return { contextDir, dockerfile: undefined, dockerfileText: undefined, discard: nothing };
  const dockerfile = await firstFile([resolve(ctx.cwd, file), resolve(contextDir, file)]);
  if (dockerfile === undefined) {
    throw refuse(`failed to read dockerfile: open ${file}: no such file or directory`);
  }
  return { contextDir, dockerfile, dockerfileText: undefined, discard: nothing };
}

/** Where a Dockerfile lies that nobody named: the engine looks for the same two names. */
export function usualDockerfile(contextDir: string): string {
  const names = ['Dockerfile', 'Containerfile'].map((name) => join(contextDir, name));
  return names.find((path) => existsSync(path)) ?? names[0]!;
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    if (
      await stat(path).then(
        (found) => !found.isDirectory(),
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

async function readDockerfile(ctx: CommandContext): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of ctx.io.stdin) {
    ctx.signal.throwIfAborted();
    sizeBytes += chunk.byteLength;
    if (sizeBytes > longestDockerfileBytes) throw refuse('the Dockerfile on stdin is longer than 16 MiB');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.subarray(257, 262).toString('latin1') === 'ustar' || (bytes[0] === 0x1f && bytes[1] === 0x8b)) {
    throw refuse('a tar archive as context on stdin is not supported', 'Unpack it and build the folder.');
  }
  if (bytes.length === 0) throw refuse('the Dockerfile cannot be empty');
  return bytes.toString('utf8');
}

async function nothing(): Promise<void> {}

function refuse(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-context', message, hint });
}
