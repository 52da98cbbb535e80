import { GantryError } from '../../../base/gantry-error.ts';
import type { Session } from '../../../engine/session.ts';
import type { CommandContext } from '../command-context.ts';
import type { SessionOutcome } from '../outcome.ts';

interface SessionWish {
  readonly title: string;
  readonly stdin: boolean;
  readonly detachKeys: Uint8Array;
  readonly signalProxy: boolean;
  readonly autoRemove: boolean;
}

/** A session with a container's own process: its status becomes ours, signals go on to it, and `--rm` is waited for. */
export function containerSession(
  ctx: CommandContext,
  id: string,
  session: Session,
  wish: SessionWish,
): SessionOutcome {
  return {
    kind: 'session',
    session,
    title: wish.title,
    stdin: wish.stdin,
    detachKeys: wish.detachKeys,
    ...(wish.signalProxy && {
      forwardSignal: (signal: NodeJS.Signals) =>
        ctx.engine.containers.kill(id, { killSignal: signal.replace(/^SIG/, '') }),
    }),
    async next(exitCode) {
      if (exitCode === undefined) return { kind: 'none' };
      if (wish.autoRemove) await untilRemoved(ctx, id);
      return { kind: 'none', exitCode };
    },
  };
}

async function untilRemoved({ engine }: CommandContext, id: string): Promise<void> {
  try {
    await engine.containers.wait(id, { until: 'removed' });
  } catch (error) {
    if (!(error instanceof GantryError) || error.kind !== 'not-found') throw error;
  }
}
