import { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import { requireBinary } from './find-binary.ts';
import { startProcess } from './start-process.ts';

export interface FilterRequest {
  /** A program of the host, looked for where the host has its programs and never below an image's root. */
  readonly program: string;
  readonly args: readonly string[];
  /** Debian package it comes with, for the hint when it is not there. */
  readonly packageName: string;
}

/**
 * What a program makes of the bytes it is fed, as they come. Leaving early ends it. Throws `unavailable` /
 * `missing-program`, and `corrupt` / `filter-failed` with its first words when its status is not 0.
 */
export async function* filterThrough(
  source: AsyncIterable<Uint8Array>,
  { program, args, packageName }: FilterRequest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const child = startProcess({
    argv: [requireBinary(program, packageName), ...args],
    env: {},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = Promise.withResolvers<number | null>();
  child.once('error', ended.reject);
  child.once('close', ended.resolve);
  ended.promise.catch(() => undefined);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < mostSaid) said += text;
  });
  // Chunks of a source may share one buffer, and a pipe holds several.
  const input = Readable.from(copies(source));
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  input.once('error', (error) => {
    failed.reject(error);
    child.kill('SIGKILL');
  });
  // It may end before it read all.
  child.stdin?.on('error', () => undefined);
  if (child.stdin !== null) input.pipe(child.stdin);
  try {
    if (child.stdout !== null) yield* child.stdout as AsyncIterable<Uint8Array>;
    const status = await ended.promise;
    if (input.errored) await failed.promise;
    if (status === 0) return;
    const [reason = ''] = said.trim().split('\n', 1);
    throw new GantryError({
      kind: 'corrupt',
      code: 'filter-failed',
      message: reason.slice(0, 200) || `${program} ended with ${status}`,
    });
  } finally {
    input.destroy();
    child.kill('SIGKILL');
  }
}

const mostSaid = 4096;

async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}
