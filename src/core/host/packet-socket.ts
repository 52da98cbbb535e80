import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { type Deferred, deferred } from '../../base/deferred.ts';
import type { GantryError } from '../../base/gantry-error.ts';
import { koffi, type PollHandle } from './koffi.ts';
import { checked, lastErrno, libcFunction } from './libc.ts';
import { errnoName, systemError } from './system-error.ts';
import { unixFamily, withUnixAddress } from './unix-address.ts';

/** Longest packet {@link PacketSocket.send} takes: conmon reads that much of one and drops the rest. */
export const packetLimitBytes = 32_768;

/**
 * A connected unix socket that keeps packets apart (`SOCK_SEQPACKET`), which Node's `net` cannot make. Reading is
 * lazy: a reader that stops leaves the packets in the kernel, and so holds the sender back.
 */
export class PacketSocket implements Disposable {
  #fd: number | undefined;
  #poll: PollHandle;
  #packets: Uint8Array[] = [];
  #ended = false;
  #failure: GantryError | undefined;
  #reading = false;
  #arrived: Deferred<void> | undefined;
  #writable: Deferred<void> | undefined;

  /** Throws the system error of socket(2) or connect(2) with the path. */
  static connect(path: string): PacketSocket {
    const sequencedPackets = 5;
    const nonBlocking = 0o4000;
    const closeOnExec = 0o2000000;
    const fd = checked(socketCall(unixFamily, sequencedPackets | nonBlocking | closeOnExec, 0), 'socket');
    try {
      withUnixAddress(path, (address, length) => checked(connectCall(fd, address, length), 'connect', path));
      return new PacketSocket(fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  private constructor(fd: number) {
    this.#fd = fd;
    this.#poll = koffi().node.poll(fd, { disconnect: true }, () => undefined);
    this.#poll.stop();
  }

  /** Packets until the other side closes. One reader. */
  async *packets(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const packet = this.#packets.shift();
      if (packet !== undefined) {
        yield packet;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended || this.#fd === undefined) return;
      this.#receive();
      if (this.#packets.length > 0 || this.#ended || this.#failure !== undefined) continue;
      this.#arrived = deferred();
      this.#reading = true;
      this.#watch();
      await this.#arrived.promise;
    }
  }

  /** Sends bytes as one or more packets, in order. Rejects `io` when the other side has gone. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += packetLimitBytes) {
      await this.#sendPacket(bytes.subarray(start, start + packetLimitBytes));
    }
  }

  /** Says that no more will be sent: the end of the container's input. */
  endWriting(): void {
    const writingSide = 1;
    if (this.#fd !== undefined) shutdownCall(this.#fd, writingSide);
  }

  /** Closes; a reader ends, a waiting `send` rejects. */
  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    this.#poll.close();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#arrived?.resolve();
    this.#writable?.resolve();
  }

  async #sendPacket(packet: Uint8Array): Promise<void> {
    for (;;) {
      if (this.#fd === undefined) throw systemError(constants.errno.EPIPE, 'send');
      if (sendCall(this.#fd, packet, packet.length, doNotWait | noSignal) >= 0) return;
      const errno = lastErrno();
      if (errnoName(errno) !== 'EAGAIN') throw systemError(errno, 'send');
      this.#writable ??= deferred();
      this.#watch();
      await this.#writable.promise;
    }
  }

  /** Takes what is there, up to a batch. */
  #receive(): void {
    while (this.#packets.length < batch && this.#fd !== undefined) {
      const length = recvCall(this.#fd, scratch, scratch.length, doNotWait);
      if (length > 0) {
        this.#packets.push(scratch.slice(0, length));
        continue;
      }
      if (length === 0) {
        this.#ended = true;
        return;
      }
      const name = errnoName(lastErrno());
      if (name === 'EAGAIN') return;
      // A peer that ended with our bytes unread resets. That is told once, before the packets it sent and the end.
      if (name === 'ECONNRESET' || name === 'EINTR') continue;
      this.#failure = systemError(lastErrno(), 'recv');
      return;
    }
  }

  /** One handle per descriptor is all libuv allows, so reading and writing share it. */
  #watch(): void {
    const readable = this.#reading;
    const writable = this.#writable !== undefined;
    this.#poll.stop();
    if (!readable && !writable) return;
    this.#poll.start({ readable, writable }, (status, events) => {
      const failed = status < 0;
      if ((failed || events.writable === true) && this.#writable !== undefined) {
        this.#writable.resolve();
        this.#writable = undefined;
      }
      if ((failed || events.readable === true) && this.#reading) {
        this.#receive();
        this.#reading = false;
        this.#arrived?.resolve();
      }
      this.#watch();
    });
  }
}

const batch = 64;
const doNotWait = 0x40;
const noSignal = 0x4000;
const scratch = new Uint8Array(64 * 1024);
const socketCall = libcFunction('socket', ['int', 'int', 'int']);
const connectCall = libcFunction('connect', ['int', 'void *', 'uint']);
const shutdownCall = libcFunction('shutdown', ['int', 'int']);
const sendCall = libcFunction('send', ['int', 'void *', 'size_t', 'int'], 'int64_t');
const recvCall = libcFunction('recv', ['int', 'void *', 'size_t', 'int'], 'int64_t');
