import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { ExecSpec } from '../../engine/containers.ts';
import type { Session } from '../../engine/session.ts';
import { bundleFiles, readBundle } from './bundle.ts';
import { notRunning } from './container-stats.ts';
import { execProcess } from './exec-process.ts';
import { hostFacts } from './host-facts.ts';
import type { OciProgram } from './oci-program.ts';
import { rootUserDatabase } from './root-user-database.ts';
import type { RuntimeProcess } from './runtime-spec.ts';
import { type ResolvedUser, resolveUser } from './user/resolve-user.ts';

/** Runs a process in a running container by the way that suits its kind of streams. */
export async function startExec(
  program: OciProgram,
  request: {
    readonly id: string;
    readonly dir: string;
    readonly process: RuntimeProcess | undefined;
    readonly spec: ExecSpec;
    readonly tellExit: readonly string[] | undefined;
  },
): Promise<Session> {
  const { id, dir, spec, tellExit } = request;
  const process = request.process ?? processFor(id, dir, spec);
  const stdin = spec.stdin === true && spec.detach !== true;
  if (!process.terminal && spec.detach !== true) {
    const { execWithPipes } = await import('./exec-session.ts');
    return execWithPipes(program, { id, dir, process, stdin });
  }
  const { execWithMonitor } = await import('./exec-monitored.ts');
  return execWithMonitor(program, { id, dir, process, stdin, detach: spec.detach, tellExit });
}

/** The user asked for is looked up in the root of the running process, which is the container's. */
function processFor(id: string, dir: string, spec: ExecSpec): RuntimeProcess {
  let pid: number;
  try {
    pid = Number(readFileSync(join(dir, bundleFiles.pid), 'latin1').trim());
  } catch {
    throw notRunning(id);
  }
  const user = spec.user ? userIn(pid, spec.user) : undefined;
  return execProcess(readBundle(dir), spec, user, hostFacts());
}

/** Docker ends with 126 where `run` with the same user would end with 125. */
function userIn(pid: number, user: string): ResolvedUser {
  try {
    return resolveUser(user, [], rootUserDatabase(`/proc/${pid}/root`));
  } catch (error) {
    throw error instanceof GantryError ? error.with({ details: { exitCode: 126 } }) : error;
  }
}
