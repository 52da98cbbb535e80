import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { OutputChunk, Session, TerminalSize } from '../../engine/session.ts';
import { PacketSocket } from '../host/packet-socket.ts';
import { isErrno } from '../host/system-error.ts';
import { bundleFiles, readPid } from './bundle.ts';
import { parseAttachPacket } from './conmon/attach-packets.ts';
import { resizeTerminal } from './conmon/control-pipe.ts';
import { readExitStatus, waitForExitStatus } from './conmon/exit-files.ts';
import { monitorAlive } from './monitor-alive.ts';

export interface AttachRequest {
  readonly id: string;
  /** The bundle with the monitor's socket. */
  readonly dir: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly size?: TerminalSize | undefined;
}

/**
 * Joins the streams of a process through its monitor. What it wrote before is not repeated. Throws `conflict` /
 * `container-not-running` when nobody listens.
 */
export function attachSession({ id, dir, tty, stdin, size }: AttachRequest): Session {
  const socket = connect(id, dir);
  const left = new AbortController();
  if (size !== undefined) resizeTerminal(dir, size);
  const exit = exitCode(id, dir, left.signal);
  exit.catch(() => undefined);
  let inputOpen = stdin;
  return {
    tty,
    output: outputOf(socket),
    exit,
    write: async (data) => {
      if (!inputOpen) throw closedInput();
      await socket.send(data);
    },
    closeInput: async () => {
      // For a terminal there is no such thing: its end of input is a character like others.
      if (inputOpen && !tty) socket.endWriting();
      inputOpen = false;
    },
    resize: async (to) => resizeTerminal(dir, to),
    [Symbol.asyncDispose]: async () => {
      socket[Symbol.dispose]();
      left.abort();
    },
  };
}

export function closedInput(): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'input-closed',
    message: 'the input of this session is closed',
  });
}

export function sessionLeft(): GantryError {
  return new GantryError({
    kind: 'cancelled',
    code: 'session-left',
    message: 'left the session before the process ended',
  });
}

function connect(id: string, dir: string): PacketSocket {
  try {
    return PacketSocket.connect(join(dir, 'attach'));
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ECONNREFUSED')) throw error;
    throw new GantryError({
      kind: 'conflict',
      code: 'container-not-running',
      message: `container ${id} is not running`,
      cause: error,
    });
  }
}

async function* outputOf(socket: PacketSocket): AsyncGenerator<OutputChunk, void, undefined> {
  for await (const packet of socket.packets()) {
    const chunk = parseAttachPacket(packet);
    if (chunk !== undefined) yield chunk;
  }
}

async function exitCode(id: string, dir: string, left: AbortSignal): Promise<number> {
  try {
    await waitForExitStatus(id, dir, () => !monitorAlive(monitorPid(dir), id), left);
  } catch (error) {
    throw left.aborted ? sessionLeft() : error;
  }
  const status = readExitStatus(id, dir);
  if (status !== undefined) return status.exitCode;
  throw new GantryError({
    kind: 'unavailable',
    code: 'exit-status-lost',
    message: `the monitor of container ${id} was killed: its exit status is not known`,
    hint: `If its process still runs, it does so without a log; end it with: gantry stop ${id.slice(0, 12)}`,
    details: { exitCode: 125 },
  });
}

function monitorPid(dir: string): number {
  try {
    return readPid(dir, bundleFiles.monitorPid);
  } catch {
    return 0;
  }
}
