export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/**
 * Streams of a running process, joined to us: attach or exec. Disposing leaves it (the process goes on). The reader
 * must drain `output`: a reader that stops holds the process up.
 */
export interface Session extends AsyncDisposable {
  /** With a terminal there is no stderr: everything comes as stdout. */
  readonly tty: boolean;
  /** Ends when the process has closed its streams or we left. One reader. */
  readonly output: AsyncIterable<OutputChunk>;
  /** Resolves when the bytes are taken: await it, that is the back-pressure. */
  write(data: Uint8Array): Promise<void>;
  /** Half-close: the process reads end of file. */
  closeInput(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /**
   * Ends the process as a terminal does that goes away (SIGHUP), and resolves when that is done. Only of a process that
   * runs for this session alone: a container's own goes on without us.
   */
  hangUp?(): Promise<void>;
  /** Kills the process and all it has started. Of the same processes as `hangUp`. */
  kill?(): Promise<void>;
  /** The process's exit status (128 + signal when killed). Rejects if we left before it ended. */
  readonly exit: Promise<number>;
}
