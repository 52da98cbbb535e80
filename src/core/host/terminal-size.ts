import { checked, libcFunction } from './libc.ts';

/** Tells a terminal, by the descriptor of either end, its size (ioctl_tty(2), `TIOCSWINSZ`). */
export function setTerminalSize(fd: number, size: { readonly rows: number; readonly columns: number }): void {
  const setWindowSize = 0x5414;
  const window = Buffer.alloc(8);
  window.writeUInt16LE(size.rows, 0);
  window.writeUInt16LE(size.columns, 2);
  checked(ioctlCall(fd, setWindowSize, window), 'ioctl TIOCSWINSZ');
}

const ioctlCall = libcFunction('ioctl', ['int', 'ulong', 'void *']);
