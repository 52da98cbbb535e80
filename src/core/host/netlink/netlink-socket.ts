import { closeSync } from 'node:fs';
import { checked, lastErrno, libcFunction } from '../libc.ts';
import { systemError } from '../system-error.ts';
import { decodeReplies, type NetlinkReply, netlinkFlags, netlinkMessage } from './netlink-message.ts';

/** One request of a batch. `flags` beyond REQUEST and ACK. */
export interface NetlinkRequest {
  /** For the error's text: `create bridge gantry0`. */
  readonly what: string;
  readonly type: number;
  readonly flags?: number;
  readonly parts: readonly Uint8Array[];
}

/**
 * A netlink socket. It belongs to the network namespace the thread was in when it was opened, for good. The kernel
 * answers these families before send(2) returns, so that everything here is synchronous and never blocks.
 */
export class NetlinkSocket implements Disposable {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(32_768);
  #sequence = 0;

  constructor(protocol: 'route' | 'netfilter') {
    const families = { route: 0, netfilter: 12 } as const;
    this.#fd = checked(socketCall(addressFamily, rawCloseOnExec, families[protocol]), 'socket');
  }

  /** Sends one request and returns what came before its acknowledgement. Throws the kernel's error. */
  request(request: NetlinkRequest): readonly NetlinkReply[] {
    this.#sequence += 1;
    const { type, flags = 0, parts } = request;
    this.#send(netlinkMessage(type, flags | netlinkFlags.ack, this.#sequence, parts));
    const data: NetlinkReply[] = [];
    for (;;) {
      for (const reply of this.#receive(request.what)) {
        if (reply.sequence !== this.#sequence) continue;
        if (!reply.isAck) {
          data.push(reply);
        } else if (reply.errno !== 0) {
          throw systemError(reply.errno, request.what);
        } else {
          return data;
        }
      }
    }
  }

  /** Sends messages that carry their own sequence numbers in one datagram; returns everything the kernel says. */
  exchange(what: string, messages: readonly Uint8Array[]): readonly NetlinkReply[] {
    this.#send(Buffer.concat(messages));
    const replies: NetlinkReply[] = [];
    for (;;) {
      const more = this.#receive(what, true);
      if (more.length === 0) return replies;
      replies.push(...more);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #send(datagram: Uint8Array): void {
    checked(sendCall(this.#fd, datagram, datagram.length, 0), 'send');
  }

  #receive(what: string, emptyIsFine = false): readonly NetlinkReply[] {
    const bytes = receiveCall(this.#fd, this.#buffer, this.#buffer.length, dontWait);
    if (bytes >= 0) return decodeReplies(Buffer.from(this.#buffer.subarray(0, bytes)));
    const errno = lastErrno();
    if (emptyIsFine && errno === wouldBlock) return [];
    throw systemError(errno, what);
  }
}

const addressFamily = 16;
// SOCK_RAW | SOCK_CLOEXEC
const rawCloseOnExec = 3 | 0x80000;
const dontWait = 0x40;
const wouldBlock = 11;
const socketCall = libcFunction('socket', ['int', 'int', 'int']);
const sendCall = libcFunction('send', ['int', 'void *', 'ulong', 'int'], 'long');
const receiveCall = libcFunction('recv', ['int', 'void *', 'ulong', 'int'], 'long');
