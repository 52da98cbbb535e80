import { checked, libcFunction } from './libc.ts';

/** termios(3), as the kernel lays it out. */
const outputFlags = { offset: 4, process: 0o1 };
const localFlags = { offset: 12, echo: 0o10 };

/**
 * Makes the kernel pass on what is written to a terminal as it is (`OPOST`), for the output of another terminal,
 * which has been through that already. Node's raw mode is about input and leaves it on; leaving raw mode brings it
 * back.
 */
export function passTerminalOutput(fd: number): void {
  changeFlags(fd, outputFlags.offset, (flags) => flags & ~outputFlags.process);
}

/** Whether the terminal shows what is typed (`ECHO`); lines are still edited and Ctrl-C still works. */
export function setTerminalEcho(fd: number, on: boolean): void {
  changeFlags(fd, localFlags.offset, (flags) => (on ? flags | localFlags.echo : flags & ~localFlags.echo));
}

function changeFlags(fd: number, offset: number, change: (flags: number) => number): void {
  const getAttributes = 0x5401;
  const setAttributes = 0x5402;
  const attributes = Buffer.alloc(64);
  checked(ioctlCall(fd, getAttributes, attributes), 'ioctl TCGETS');
  attributes.writeUInt32LE(change(attributes.readUInt32LE(offset)) >>> 0, offset);
  checked(ioctlCall(fd, setAttributes, attributes), 'ioctl TCSETS');
}

const ioctlCall = libcFunction('ioctl', ['int', 'ulong', 'void *']);
