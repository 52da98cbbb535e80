import type { Readable } from 'node:stream';
import type { FrameSink } from '../paint/painter.ts';

/** The terminal a screen runs on: the real one, or an emulator in tests. */
export interface TerminalDevice extends FrameSink {
  readonly columns: number;
  readonly rows: number;
  /** Bytes of the keyboard. */
  readonly input: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes the terminal: raw input, alternate screen, no cursor, bracketed paste. */
  enter(): void;
  /** Gives it back as it was, at once. Safe at any time and as often as wanted. */
  leave(): void;
  /** Resolves once all that was written has reached the terminal, or after a short while. */
  drain(): Promise<void>;
  /** A short sequence outside of frames (modes, clipboard); never text that shows. */
  send(sequence: string): void;
  onResize(listener: () => void): () => void;
}
