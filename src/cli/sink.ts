import { write, writeSync } from 'node:fs';
import { GantryError } from '../base/gantry-error.ts';
import { isTerminal } from './is-terminal.ts';

/** A stream we print to. Both ways of writing throw `broken-pipe` once its reader has gone. */
export interface Sink {
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 without one. */
  columns(): number;
  /** Rows of the terminal; 24 without one. */
  rows(): number;
  /** Our own words, at once and whole. */
  text(text: string): void;
  /** A stream's bytes. Resolves when they are taken: a slow reader slows the stream, not our event loop. */
  bytes(data: Uint8Array): Promise<void>;
}

/** By hand: `node:util` for its `promisify` costs every command 2 ms. */
function writeSome(fd: number, data: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, data, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

/** A sink on a descriptor we were started with. It never buffers, so that exiting loses nothing. */
export function openSink(fd: 1 | 2): Sink {
  const onTerminal = isTerminal(fd);
  const stream = () => (fd === 1 ? process.stdout : process.stderr);
  return {
    isTerminal: onTerminal,
    columns: () => (onTerminal ? (stream().columns ?? 80) : 80),
    rows: () => (onTerminal ? (stream().rows ?? 24) : 24),
    text(text) {
      let data: Uint8Array = Buffer.from(text);
      while (data.length > 0) {
        try {
          data = data.subarray(writeSync(fd, data));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw mapError(error);
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        }
      }
    },
    async bytes(data) {
      let rest = data;
      while (rest.length > 0) {
        try {
          rest = rest.subarray(await writeSome(fd, rest));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw mapError(error);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
    },
  };
}

/** What a process killed by SIGPIPE ends with: nobody is left to read a message. */
const brokenPipeExitCode = 141;

function mapError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return error;
  return new GantryError({
    kind: 'cancelled',
    code: 'broken-pipe',
    message: 'the reader of our output has gone',
    details: { exitCode: brokenPipeExitCode },
    cause: error,
  });
}
