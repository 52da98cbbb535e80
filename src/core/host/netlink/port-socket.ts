import { closeSync } from 'node:fs';
import { checked, libcFunction } from '../libc.ts';

/** A socket bound to a port of this host: nobody else can have the port as long as it is open. */
export interface PortSocket {
  readonly fd: number;
  readonly port: number;
}

/**
 * Binds a port: `address` is one of this host as 4 or 16 bytes, zeros for all of its family; port 0 lets the kernel
 * choose. A TCP one listens too, for a socket that only is bound does not keep out one with SO_REUSEADDR.
 * Close-on-exec. Throws EADDRINUSE, EADDRNOTAVAIL, and EAFNOSUPPORT on a kernel without IPv6.
 */
export function bindPort(protocol: 'tcp' | 'udp', address: Uint8Array, port: number): PortSocket {
  const type = protocol === 'tcp' ? 1 : 2;
  const fd = checked(socketCall(address.length === 4 ? inet : inet6, type | closeOnExec, 0), 'socket');
  try {
    // IPv4 has a socket of its own.
    if (address.length > 4)
      checked(setOptionCall(fd, ipv6Level, ipv6Only, Buffer.from([1, 0, 0, 0]), 4), 'setsockopt');
    // Connections of an earlier server in TIME_WAIT must not keep the port; a listening server still does.
    if (protocol === 'tcp') checked(setOptionCall(fd, 1, 2, Buffer.from([1, 0, 0, 0]), 4), 'setsockopt');
    const name = socketAddress(address, port);
    checked(bindCall(fd, name, name.length), 'bind');
    if (protocol === 'tcp') checked(listenCall(fd, 1), 'listen');
    const length = Buffer.from([name.length, 0, 0, 0]);
    checked(nameCall(fd, name, length), 'getsockname');
    return { fd, port: name.readUInt16BE(2) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** `struct sockaddr_in`, `struct sockaddr_in6`. */
function socketAddress(address: Uint8Array, port: number): Buffer {
  const isV4 = address.length === 4;
  const bytes = Buffer.alloc(isV4 ? 16 : 28);
  bytes.writeUInt16LE(isV4 ? inet : inet6, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address, isV4 ? 4 : 8);
  return bytes;
}

const inet = 2;
const inet6 = 10;
const ipv6Level = 41;
const ipv6Only = 26;
const closeOnExec = 0x80000;
const socketCall = libcFunction('socket', ['int', 'int', 'int']);
const setOptionCall = libcFunction('setsockopt', ['int', 'int', 'int', 'void *', 'uint']);
const bindCall = libcFunction('bind', ['int', 'void *', 'uint']);
const listenCall = libcFunction('listen', ['int', 'int']);
const nameCall = libcFunction('getsockname', ['int', 'void *', 'void *']);
