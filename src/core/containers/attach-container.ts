import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { AttachOptions, ExecSpec } from '../../engine/containers.ts';
import type { Session } from '../../engine/session.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { attachment } from './attachment.ts';
import { eventOf } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { joinedSession } from './joined-session.ts';
import { requireRunning } from './lifecycle.ts';
import { settle } from './settle.ts';
import { tell } from './tell.ts';

/** Joins the streams of a container that runs. Throws `conflict` in Docker's words. */
export async function attachContainer(
  context: ContainerContext,
  idOrName: string,
  options: AttachOptions,
): Promise<Session> {
  const record = await living(context, idOrName, options.signal);
  if (record.state === 'paused') throw refuse('paused', 'unpause it first');
  if (record.state === 'restarting') throw refuse('restarting', 'wait until it is running');
  if (record.state !== 'running') throw refuse('stopped', 'start it first');
  const runtime = await context.runtime();
  const session = await runtime
    .attach(record.id, containerDir(context, record.id), attachment(record, options))
    .catch((error: unknown) => {
      throw isErrorCode(error, 'container-not-running') ? notJoined(record, runtime, error) : error;
    });
  const { size } = options;
  // A program draws itself anew when the size changes, and only then: who joins wants to see it.
  if (size !== undefined && session.tty) {
    await session.resize({ ...size, rows: size.rows + 1 });
    await session.resize(size);
  }
  tell(context, { type: 'container.attached', ...eventOf(record) });
  return joinedSession(context, record, session);
}

/** Runs one more process in a container that runs. */
export async function execInContainer(
  context: ContainerContext,
  idOrName: string,
  spec: ExecSpec,
  signal?: AbortSignal,
): Promise<Session> {
  const record = await living(context, idOrName, signal);
  requireRunning(record, `Container ${idOrName} is paused, unpause the container before exec`);
  if (spec.command.length === 0) {
    throw new GantryError({ kind: 'invalid', code: 'no-command', message: 'No exec command specified' });
  }
  const runtime = await context.runtime();
  const execId = randomHex(32);
  const told = { ...eventOf(record), execId, command: spec.command.join(' ') };
  tell(context, { type: 'container.exec-created', ...told }, { type: 'container.exec-started', ...told });
  const dir = containerDir(context, record.id);
  if (spec.detach === true) {
    const tellExit = [
      ...context.selfCommand,
      ...['internal', 'exec-died', record.id, '--root', context.dirs.root, execId],
    ];
    return runtime.exec(record.id, dir, undefined, spec, tellExit);
  }
  const session = await runtime.exec(record.id, dir, undefined, spec);
  const exit = session.exit.then((exitCode) => {
    tell(context, { type: 'container.exec-died', ...eventOf(record), execId, exitCode });
    return exitCode;
  });
  // Whoever leaves before the end never asks.
  exit.catch(() => undefined);
  return { ...session, exit, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

async function living(
  context: ContainerContext,
  idOrName: string,
  signal: AbortSignal | undefined,
): Promise<ContainerRecord> {
  const record = await settle(context, findContainer(context, idOrName), signal);
  if (record === undefined) throw noSuchContainer(idOrName);
  return record;
}

/** What nobody listens for may run all the same. */
function notJoined(record: ContainerRecord, runtime: Runtime, error: unknown): unknown {
  const process = record.run?.process;
  if (process === undefined || !runtime.alive(process)) return error;
  return new GantryError({
    kind: 'conflict',
    code: 'monitor-gone',
    message: `cannot attach to container ${record.name}: it runs, but its monitor was killed, and its streams and log ended with that`,
    hint: `gantry restart ${record.name} gives it a new one; gantry exec works as before.`,
    cause: error,
  });
}

function refuse(state: string, advice: string): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: `container-${state}`,
    message: `You cannot attach to a ${state} container, ${advice}`,
  });
}
