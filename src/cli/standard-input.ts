import { isTerminal } from './is-terminal.ts';

/** Our stdin, opened when it is first asked for: looking at it costs milliseconds and may hold the process. */
export interface StandardInput {
  readonly isTerminal: boolean;
  /** Bytes as they come. Leaving the loop stops reading. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Every key goes to the reader, nothing is echoed, and what is written comes out as it is. Only for a terminal. */
  setRaw(raw: boolean): Promise<void>;
  /** What is typed does not show until the result is disposed. Only for a terminal. */
  withoutEcho(): Promise<Disposable>;
  /** Lets the process end although stdin is open. */
  release(): void;
}

/** What Node has no words for. */
export interface TerminalModes {
  /** Makes a terminal show what is written as it is, until raw mode is left. */
  passTerminalOutput(fd: number): void;
  setTerminalEcho(fd: number, on: boolean): void;
}

export function openStandardInput(modes: () => Promise<TerminalModes>): StandardInput {
  return {
    isTerminal: isTerminal(0),
    chunks: readChunks,
    async setRaw(raw) {
      process.stdin.setRawMode(raw);
      if (raw) (await modes()).passTerminalOutput(0);
    },
    async withoutEcho() {
      const { setTerminalEcho } = await modes();
      const restore = (): void => setTerminalEcho(0, true);
      setTerminalEcho(0, false);
      process.once('exit', restore);
      return {
        [Symbol.dispose]() {
          process.off('exit', restore);
          restore();
        },
      };
    },
    release() {
      process.stdin.pause();
      process.stdin.unref?.();
    },
  };
}

async function* readChunks(): AsyncGenerator<Uint8Array> {
  // It may have been let go after an earlier question.
  process.stdin.ref?.();
  try {
    for await (const chunk of process.stdin.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    // A terminal that hung up, or a reader that was told to stop, is an end like any other.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EIO' && code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
