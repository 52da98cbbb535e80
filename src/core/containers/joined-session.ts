import { isErrorCode } from '../../base/is-error-code.ts';
import type { Session } from '../../engine/session.ts';
import { eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { settle } from './settle.ts';
import { tell } from './tell.ts';

/**
 * A session whose end buries the container before its exit status is told: `run --rm` is over when all is gone. The
 * record is the one of the run that was joined.
 */
export function joinedSession(context: ContainerContext, record: ContainerRecord, session: Session): Session {
  let isOver = false;
  const exit = session.exit
    .catch((error: unknown) => recordedStatus(context, record, error))
    .finally(() => {
      isOver = true;
    })
    .then(async (exitCode) => {
      await settle(context, record);
      return exitCode;
    });
  // Whoever leaves before the end never asks.
  exit.catch(() => undefined);
  return {
    tty: session.tty,
    output: session.output,
    write: (data) => session.write(data),
    closeInput: () => session.closeInput(),
    async resize(size) {
      await session.resize(size);
      if (!session.tty || isOver) return;
      tell(context, {
        type: 'container.resized',
        ...eventOf(record),
        height: size.rows,
        width: size.columns,
      });
    },
    exit,
    async [Symbol.asyncDispose]() {
      if (!isOver) tell(context, { type: 'container.detached', ...eventOf(record) });
      isOver = true;
      await session[Symbol.asyncDispose]();
    },
  };
}

/** Another gantry may have buried and removed it, and the monitor's file with it, before we looked. */
async function recordedStatus(
  context: ContainerContext,
  { id, startedAt }: ContainerRecord,
  error: unknown,
): Promise<number> {
  if (!isErrorCode(error, 'exit-status-lost')) throw error;
  const events = context.metadata.journal.follow({ since: startedAt, until: new Date().toISOString() });
  for await (const event of events) {
    if (event.type === 'container.died' && event.id === id && event.statusLost !== true)
      return event.exitCode;
  }
  throw error;
}
