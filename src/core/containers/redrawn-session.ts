import type { Session, TerminalSize } from '../../engine/session.ts';

/** How long a program that prints nothing has to see the other size. */
const patienceMs = 500;

/**
 * A session whose program draws itself anew: it does so when the size changes, and only then, and who joins wants to see
 * it. So it gets another size first and `size` once it has answered that: a program that is told of both at once looks
 * and finds the size it had.
 */
export async function redrawnSession(session: Session, size: TerminalSize): Promise<Session> {
  let isOwed = true;
  const settleSize = async (wanted: TerminalSize): Promise<void> => {
    isOwed = false;
    clearTimeout(timer);
    await session.resize(wanted);
  };
  const payBack = async (): Promise<void> => {
    if (isOwed) await settleSize(size);
  };
  await session.resize({ ...size, rows: size.rows + 1 });
  // Whatever goes wrong with it goes wrong with all else that is asked of the monitor.
  const timer = setTimeout(() => void payBack().catch(() => undefined), patienceMs);
  return {
    ...session,
    output: (async function* () {
      for await (const chunk of session.output) {
        await payBack();
        yield chunk;
      }
    })(),
    resize: settleSize,
    async [Symbol.asyncDispose]() {
      await payBack();
      await session[Symbol.asyncDispose]();
    },
  };
}
