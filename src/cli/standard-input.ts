import { isTerminal } from './is-terminal.ts';

/** Our stdin, opened when it is first asked for: looking at it costs milliseconds and may hold the process. */
export interface StandardInput {
  readonly isTerminal: boolean;
  /** Bytes as they come. Leaving the loop stops reading. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Every key goes to the reader, nothing is echoed, and what is written comes out as it is. Only for a terminal. */
  setRaw(raw: boolean): Promise<void>;
  /** Lets the process end although stdin is open. */
  release(): void;
}

/** `passOutput` makes the terminal behind a descriptor show what is written as it is, until raw mode is left. */
export function openStandardInput(passOutput: (fd: number) => Promise<void>): StandardInput {
  return {
    isTerminal: isTerminal(0),
    chunks: readChunks,
    async setRaw(raw) {
      process.stdin.setRawMode(raw);
      if (raw) await passOutput(0);
    },
    release() {
      process.stdin.pause();
      process.stdin.unref?.();
    },
  };
}

async function* readChunks(): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of process.stdin.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    // A terminal that hung up, or a reader that was told to stop, is an end like any other.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EIO' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
