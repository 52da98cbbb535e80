import { closeSync, openSync, rmSync } from 'node:fs';
import type { Session } from '../../engine/session.ts';
import { childStatus } from '../host/child-status.ts';
import { closedInput } from './attach-session.ts';
import { type ExecRequest, execCommand, makeExecFolder } from './exec-session.ts';
import { type OciProgram, spawnOci } from './oci-program.ts';
import { runtimeComplaint } from './runtime-log.ts';
import { startError } from './start-error.ts';

/**
 * Runs a process in a running container that nobody joins: its output goes nowhere, and the runtime is gone once it has
 * begun. The session is over then. Rejects `start` with 126 or 127 when it could not begin.
 */
export async function execDetached(program: OciProgram, request: ExecRequest): Promise<Session> {
  const folder = makeExecFolder(request);
  try {
    const nothing = openSync('/dev/null', 'r+');
    let child: number;
    try {
      const command = execCommand(folder, request.id, { detach: true });
      child = spawnOci(program, command, [nothing, nothing, nothing]);
    } finally {
      closeSync(nothing);
    }
    if ((await childStatus(child)) !== 0) {
      throw startError(runtimeComplaint(`${folder}/log`) ?? '', request.process.args, 'exec');
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    tty: false,
    output: (async function* () {})(),
    exit: Promise.resolve(0),
    write: async () => {
      throw closedInput();
    },
    closeInput: async () => undefined,
    resize: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
