/** Signals of the user, to whoever is at work. */
export interface Interrupts extends Disposable {
  /** Fires at the first Ctrl-C or termination that nobody has taken over. */
  readonly signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after a termination; undefined while there was none. */
  exitCode(): number | undefined;
  /** Gives further signals to `handler` instead (they go on to a container). Disposing gives them back. */
  takeOver(handler: (signal: NodeJS.Signals) => void): Disposable;
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;
const ending = Object.keys(numbers) as (keyof typeof numbers)[];
/** What a container may want to hear besides. */
const forwarded: readonly NodeJS.Signals[] = ['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGCONT'];

/**
 * Watches for signals. The first one asks the work to stop, in its own time; a second one ends us at once with
 * `exit`, unless it is a hang-up.
 */
export function watchInterrupts(exit: (code: number) => void): Interrupts {
  const controller = new AbortController();
  let handler: ((signal: NodeJS.Signals) => void) | undefined;
  let exitCode: number | undefined;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (handler !== undefined) {
      handler(signal);
      return;
    }
    const code = 128 + numbers[signal as keyof typeof numbers];
    // A terminal that goes away tells it more than once: by the kernel, and by whoever closes it.
    if (exitCode !== undefined && signal !== 'SIGHUP') exit(code);
    exitCode ??= code;
    controller.abort();
  };
  for (const signal of ending) process.on(signal, onSignal);

  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    takeOver(next) {
      handler = next;
      for (const signal of forwarded) process.on(signal, next);
      return {
        [Symbol.dispose]() {
          handler = undefined;
          for (const signal of forwarded) process.off(signal, next);
        },
      };
    },
    [Symbol.dispose]() {
      for (const signal of ending) process.off(signal, onSignal);
    },
  };
}
