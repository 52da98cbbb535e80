import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { GantryError } from '../../base/gantry-error.ts';
import type { ByteString } from './tar/byte-string.ts';

/** Waits until nobody will write into a folder any more, or touch what is in it; the root of the layer is empty. */
export type AwaitFolder = (path: ByteString) => void;

/** The reading side of a gate, as a message to its thread. */
export interface GateEnd {
  /** Brings the folders that are done. */
  readonly port: MessagePort;
  /** How often something was told, and the {@link Verdict} on the whole. */
  readonly state: Int32Array<SharedArrayBuffer>;
}

/** Lets one thread read the folders of a layer, in its own order, while another writes the rest of them. */
export interface FolderGate extends Disposable {
  readonly end: GateEnd;
  folderDone(path: ByteString): void;
  /** All folders are done. */
  open(): void;
  /** Who waits is told to give up. */
  [Symbol.dispose](): void;
}

type Verdict = 0 | 1 | 2;
const allDone: Verdict = 1;
const givenUp: Verdict = 2;

export function folderGate(): FolderGate {
  const { port1, port2 } = new MessageChannel();
  const state = new Int32Array(new SharedArrayBuffer(8));
  const wake = (): void => {
    Atomics.add(state, 0, 1);
    Atomics.notify(state, 0);
  };
  const decide = (verdict: Verdict): void => {
    Atomics.compareExchange(state, 1, 0, verdict);
    wake();
  };
  port1.unref();
  return {
    end: { port: port2, state },
    folderDone(path) {
      port1.postMessage(path);
      wake();
    },
    open: () => decide(allDone),
    [Symbol.dispose]() {
      decide(givenUp);
      port1.close();
    },
  };
}

/** The other side. Blocks its thread; throws `cancelled` when the gate was disposed and never opened. */
export function awaitAtGate({ port, state }: GateEnd): AwaitFolder {
  const done = new Set<ByteString>();
  return (path) => {
    for (;;) {
      const seen = Atomics.load(state, 0);
      const verdict = Atomics.load(state, 1);
      if (verdict === allDone) return;
      if (verdict === givenUp) {
        throw new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'the layer was given up' });
      }
      for (let told = receiveMessageOnPort(port); told !== undefined; told = receiveMessageOnPort(port)) {
        done.add(told.message as ByteString);
      }
      if (done.delete(path)) return;
      Atomics.wait(state, 0, seen);
    }
  };
}
