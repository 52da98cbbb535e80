import { closeSync, rmSync } from 'node:fs';
import { deferred } from '../../base/deferred.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { koffi } from './koffi.ts';
import { checked, libcFunction } from './libc.ts';
import { unixFamily, withUnixAddress } from './unix-address.ts';

/**
 * A unix socket that waits for one descriptor sent over it (unix(7), `SCM_RIGHTS`): how an OCI runtime hands over the
 * terminal of a process ("console socket"). Disposing closes and removes it.
 */
export class DescriptorListener implements Disposable {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#fd = openSocket();
    try {
      const fd = this.#fd;
      withUnixAddress(path, (address, length) => checked(bindCall(fd, address, length), 'bind', path));
      checked(listenCall(fd, 4), 'listen', path);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** The descriptor; the caller closes it. Rejects `cancelled`, or `io` / `no-descriptor` when none came along. */
  async receive(signal?: AbortSignal): Promise<number> {
    if (this.#fd === undefined) throw noDescriptor(this.path);
    await readable(this.#fd, signal);
    const connection = checked(acceptCall(this.#fd, null, null, closeOnExec), 'accept', this.path);
    try {
      await readable(connection, signal);
      return receiveDescriptor(connection, this.path);
    } finally {
      closeSync(connection);
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
    rmSync(this.path, { force: true });
  }
}

function openSocket(): number {
  const stream = 1;
  return checked(socketCall(unixFamily, stream | closeOnExec, 0), 'socket');
}

async function readable(fd: number, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) throw GantryError.from(signal.reason);
  const came = deferred<void>();
  const poll = koffi().node.poll(fd, { readable: true, disconnect: true }, () => came.resolve());
  const stop = () => came.reject(GantryError.from(signal?.reason));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await came.promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    poll.close();
  }
}

/** recvmsg(2) into a `struct msghdr` of 64-bit Linux: one byte of payload at least, one control message. */
function receiveDescriptor(connection: number, path: string): number {
  const payload = Buffer.alloc(4096);
  const control = Buffer.alloc(24);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(koffi().address(payload), 0);
  vector.writeBigUInt64LE(BigInt(payload.length), 8);
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(koffi().address(vector), 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(koffi().address(control), 32);
  header.writeBigUInt64LE(BigInt(control.length), 40);
  const closeReceivedOnExec = 0x40000000;
  checked(recvmsgCall(connection, header, closeReceivedOnExec), 'recvmsg', path);
  const socketLevel = 1;
  const rights = 1;
  const came = Number(header.readBigUInt64LE(40));
  if (came < 20 || control.readInt32LE(8) !== socketLevel || control.readInt32LE(12) !== rights)
    throw noDescriptor(path);
  return control.readInt32LE(16);
}

function noDescriptor(path: string): GantryError {
  return new GantryError({ kind: 'io', code: 'no-descriptor', message: `no descriptor came over ${path}` });
}

const closeOnExec = 0o2000000;
const socketCall = libcFunction('socket', ['int', 'int', 'int']);
const bindCall = libcFunction('bind', ['int', 'void *', 'uint']);
const listenCall = libcFunction('listen', ['int', 'int']);
const acceptCall = libcFunction('accept4', ['int', 'void *', 'void *', 'int']);
const recvmsgCall = libcFunction('recvmsg', ['int', 'void *', 'int'], 'int64_t');
