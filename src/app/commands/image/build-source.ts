import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
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
 * Where a build reads from: a folder, with its Dockerfile there, elsewhere or on stdin; `-` alone is a tar or a
 * Dockerfile on stdin; a URL of either, or of a git repository. Rejects `invalid` in Docker's words.
 */
export async function buildSource(
  ctx: CommandContext,
  path: string,
  { file, keepGitDir }: { readonly file: string | undefined; readonly keepGitDir: boolean },
): Promise<BuildSource> {
  const isUrl = /^(?:https?|git|ssh):\/\/|^file:\/\/.*\.git(?:#|$)|^git@|^github\.com\//.test(path);
  if (path === '-' || isUrl) {
    if (file === '-' && path === '-') {
      throw refuse("invalid argument: can't use stdin for both build context and dockerfile");
    }
    const text = file === '-' ? await readDockerfile(ctx) : undefined;
    const from =
      path === '-' ? { kind: 'stream' as const, bytes: ctx.io.stdin } : { kind: 'url' as const, url: path };
    const options = { signal: ctx.signal, file: text === undefined ? file : undefined, keepGitDir };
    const fetched = await ctx.engine.builds.fetchContext(from, options);
    return {
      contextDir: fetched.contextDir,
      dockerfile: text === undefined ? fetched.dockerfile : undefined,
      dockerfileText: text ?? fetched.dockerfileText,
      discard: async () => fetched[Symbol.asyncDispose](),
    };
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
  if (bytes.length === 0) throw refuse('the Dockerfile cannot be empty');
  return bytes.toString('utf8');
}

async function nothing(): Promise<void> {}

function refuse(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-context', message, hint });
}
