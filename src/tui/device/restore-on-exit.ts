import { constants } from 'node:os';
import type { TerminalDevice } from './terminal-device.ts';

const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Gives the terminal back on every way out of the process: its end, a signal, an exception nobody caught. `end` is
 * asked to close in peace on a signal; a second signal ends at once. Disposing takes the guards away.
 */
export function restoreOnExit(device: TerminalDevice, end: (status: number) => void): Disposable {
  const onExit = (): void => device.leave();
  const onError = (error: unknown): void => {
    device.leave();
    console.error(error);
    process.exit(1);
  };
  let asked = false;
  const handlers = signals.map((signal) => {
    const status = 128 + constants.signals[signal];
    const handler = (): void => {
      if (asked) process.exit(status);
      asked = true;
      end(status);
    };
    return [signal, handler] as const;
  });
  process.on('exit', onExit);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    [Symbol.dispose]() {
      process.off('exit', onExit);
      process.off('uncaughtException', onError);
      process.off('unhandledRejection', onError);
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
}
