import { checked, libcFunction } from './libc.ts';

/**
 * Makes the kernel pass on what is written to a terminal as it is (termios(3), `OPOST`), for the output of another
 * terminal, which has been through that already. Node's raw mode is about input and leaves it on; leaving raw mode
 * brings it back.
 */
export function passTerminalOutput(fd: number): void {
  const getAttributes = 0x5401;
  const setAttributes = 0x5402;
  const outputFlags = 4;
  const processOutput = 1;
  const attributes = Buffer.alloc(64);
  checked(ioctlCall(fd, getAttributes, attributes), 'ioctl TCGETS');
  attributes.writeUInt32LE(attributes.readUInt32LE(outputFlags) & ~processOutput, outputFlags);
  checked(ioctlCall(fd, setAttributes, attributes), 'ioctl TCSETS');
}

const ioctlCall = libcFunction('ioctl', ['int', 'ulong', 'void *']);
