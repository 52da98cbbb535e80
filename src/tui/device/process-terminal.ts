import type { ReadStream, WriteStream } from 'node:tty';
import { FdWriter } from './fd-writer.ts';
import { holdStderr } from './hold-stderr.ts';
import type { TerminalDevice } from './terminal-device.ts';
import { enterSequence, leaveSequence } from './terminal-modes.ts';

/** How long the end of a session waits for a terminal that takes no bytes. */
const drainMs = 500;

/** The terminal of this process. */
export function processTerminal(
  input: ReadStream = process.stdin,
  output: WriteStream = process.stdout,
): TerminalDevice {
  const writer = new FdWriter((output as WriteStream & { readonly fd: number }).fd);
  let entered = false;
  let stderr: Disposable | undefined;
  return {
    get columns() {
      return output.columns > 0 ? output.columns : 80;
    },
    get rows() {
      return output.rows > 0 ? output.rows : 24;
    },
    input,
    env: process.env,
    write: (text, done) => writer.write(text, done),
    send: (sequence) => writer.write(sequence, () => undefined),
    enter() {
      if (entered) return;
      entered = true;
      stderr = holdStderr();
      if (input.isTTY) input.setRawMode(true);
      writer.write(enterSequence, () => undefined);
    },
    leave() {
      if (!entered) return;
      entered = false;
      writer.writeNow(leaveSequence);
      if (input.isTTY) input.setRawMode(false);
      stderr?.[Symbol.dispose]();
    },
    drain: () =>
      Promise.race([
        writer.drain(),
        new Promise<void>((resolve) => {
          setTimeout(resolve, drainMs).unref();
        }),
      ]),
    onResize(listener) {
      output.on('resize', listener);
      return () => output.off('resize', listener);
    },
  };
}
