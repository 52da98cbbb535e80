import { closeSync } from 'node:fs';
import { deferred } from '../../base/deferred.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { koffi } from './koffi.ts';
import { checked, lastErrno, systemCall } from './libc.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { errnoName, systemError } from './system-error.ts';

/**
 * Sends a signal to that very process, never to another that got its ID. False when it is gone. Throws the system
 * error otherwise (`EPERM`).
 */
export function signalProcess(process: ProcessIdentity, signal: number): boolean {
  const fd = openProcess(process);
  if (fd === undefined) return false;
  try {
    if (sendSignalCall(fd, signal, null, 0) === 0) return true;
    if (errnoName(lastErrno()) === 'ESRCH') return false;
    throw systemError(lastErrno(), 'pidfd_send_signal');
  } finally {
    closeSync(fd);
  }
}

/** Resolves when that process has ended, child of ours or not. Rejects `cancelled` when the signal fires. */
export async function processEnd(process: ProcessIdentity, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) throw GantryError.from(signal.reason);
  const fd = openProcess(process);
  if (fd === undefined) return;
  const ended = deferred<void>();
  const poll = koffi().node.poll(fd, { readable: true }, () => ended.resolve());
  const stop = () => ended.reject(GantryError.from(signal?.reason));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await ended.promise;
  } finally {
    signal?.removeEventListener('abort', stop);
    poll.close();
    closeSync(fd);
  }
}

/** A pidfd, proven to mean the process: identity is looked at after opening. */
function openProcess(process: ProcessIdentity): number | undefined {
  const fd = openCall(process.pid, 0);
  if (fd < 0) {
    if (errnoName(lastErrno()) === 'ESRCH') return undefined;
    checked(fd, 'pidfd_open');
  }
  if (isAlive(process)) return fd;
  closeSync(fd);
  return undefined;
}

const openCall = systemCall(434, ['int', 'uint']);
const sendSignalCall = systemCall(424, ['int', 'int', 'void *', 'uint']);
