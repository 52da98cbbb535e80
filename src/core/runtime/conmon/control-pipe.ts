import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TerminalSize } from '../../../engine/session.ts';
import { isErrno } from '../../host/system-error.ts';

/** Tells the monitor of a container (or of a process in it) the size of its terminal. Nobody listening: nothing. */
export function resizeTerminal(bundle: string, { rows, columns }: TerminalSize): void {
  tell(bundle, `1 ${rows} ${columns}\n`);
}

function tell(bundle: string, line: string): void {
  let fd: number;
  try {
    fd = openSync(join(bundle, 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENXIO')) return;
    throw error;
  }
  try {
    writeSync(fd, line);
  } catch (error) {
    if (!isErrno(error, 'EPIPE', 'EAGAIN')) throw error;
  } finally {
    closeSync(fd);
  }
}
