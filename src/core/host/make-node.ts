import { constants } from 'node:fs';
import type { ForeignFunction } from './koffi.ts';
import { callWithPath, libcFunction } from './libc.ts';

export type NodeType = 'char' | 'block' | 'fifo' | 'socket';

/**
 * mknod(2): a device, a named pipe, a socket. `mode` is the permission bits, and the umask is applied to them.
 * `device` is what {@link deviceNumber} makes, 0 for an overlay whiteout.
 */
export function makeNode(path: string | Uint8Array, type: NodeType, mode: number, device = 0n): void {
  const atWorkingFolder = -100;
  callWithPath(
    (target, ...rest) => mknodatCall(atWorkingFolder, target!, ...rest),
    'mknod',
    path,
    typeBits[type] | mode,
    device,
  );
}

/** Packs a device number as the kernel takes it (makedev(3)). */
export function deviceNumber(major: number, minor: number): bigint {
  const high = (BigInt(major) & 0xfffff000n) << 32n;
  const low = (BigInt(major) & 0xfffn) << 8n;
  return high | low | ((BigInt(minor) & 0xffffff00n) << 12n) | (BigInt(minor) & 0xffn);
}

/** The parts of `stat.rdev`. */
export function deviceParts(device: number | bigint): { readonly major: number; readonly minor: number } {
  const bits = BigInt(device);
  return {
    major: Number(((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n)),
    minor: Number((bits & 0xffn) | ((bits >> 12n) & 0xffffff00n)),
  };
}

const typeBits: Readonly<Record<NodeType, number>> = {
  char: constants.S_IFCHR,
  block: constants.S_IFBLK,
  fifo: constants.S_IFIFO,
  socket: constants.S_IFSOCK,
};

/** Before glibc 2.33 there was no such symbol, only a macro, so the system call's number is used where it is known. */
const callNumber: Readonly<Record<string, number>> = { x64: 259, arm64: 33, riscv64: 33 };
const parameters = ['int', 'const char *', 'uint', 'ulong'];
const mknodatCall: ForeignFunction = (() => {
  const number = callNumber[process.arch];
  if (number === undefined) return libcFunction('mknodat', parameters);
  const call = libcFunction('syscall', ['long', ...parameters], 'long');
  return (...values) => call(number, ...values);
})();
