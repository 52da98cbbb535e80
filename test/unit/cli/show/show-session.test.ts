import { describe, expect, it } from 'vitest';
import type { SessionOutcome } from '../../../../src/app/commands/outcome.ts';
import { showSession } from '../../../../src/cli/show/show-session.ts';
import type { OutputChunk, Session, TerminalSize } from '../../../../src/engine/session.ts';
import { recordingHost } from '../../../support/recording-host.ts';

/** A process that says what it is told to, and keeps what it was sent. */
function fakeProcess(tty: boolean) {
  const exit = Promise.withResolvers<number>();
  const output = Promise.withResolvers<readonly OutputChunk[]>();
  const seen = {
    input: '',
    inputClosed: false,
    left: false,
    sizes: [] as TerminalSize[],
    signals: [] as string[],
  };
  const session: Session = {
    tty,
    output: (async function* () {
      yield* await output.promise;
    })(),
    write: async (data) => {
      seen.input += Buffer.from(data).toString();
    },
    closeInput: async () => {
      seen.inputClosed = true;
    },
    resize: async (size) => void seen.sizes.push(size),
    exit: exit.promise,
    [Symbol.asyncDispose]: async () => {
      seen.left = true;
    },
  };
  const outcome = (more: Partial<SessionOutcome> = {}): SessionOutcome => ({
    kind: 'session',
    session,
    title: 'web',
    stdin: true,
    detachKeys: Uint8Array.of(16, 17),
    forwardSignal: async (signal) => void seen.signals.push(signal),
    next: async (exitCode) => ({ kind: 'none', exitCode: exitCode ?? -1 }),
    ...more,
  });
  const end = (status: number, text = '') => {
    output.resolve([{ stream: 'stdout', data: Buffer.from(text) }]);
    exit.resolve(status);
  };
  return { outcome, end, seen };
}

async function* typed(...chunks: (string | Promise<unknown>)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (typeof chunk === 'string') yield Buffer.from(chunk);
    else await chunk;
  }
}

describe('a session', () => {
  it('passes input on, tells its end, and ends with the status of the process', async () => {
    const { outcome, end, seen } = fakeProcess(false);
    const host = recordingHost({ stdin: ['one\n', 'two\n'] });
    const shown = showSession(host, outcome());
    await expect.poll(() => seen.inputClosed).toBe(true);
    end(3, 'bye\n');
    expect(await shown).toEqual({ kind: 'none', exitCode: 3 });
    expect(seen.input).toBe('one\ntwo\n');
    expect(host.printed.stdout).toBe('bye\n');
    expect(host.raw).toEqual([]);
    expect(seen.left).toBe(true);
  });

  it('on a terminal is raw while it lasts and knows its size', async () => {
    const { outcome, end, seen } = fakeProcess(true);
    const host = recordingHost({ terminal: true, stdin: typed('ls\r', new Promise(() => undefined)) });
    const shown = showSession(host, outcome());
    await expect.poll(() => seen.input).toBe('ls\r');
    expect(host.raw).toEqual([true]);
    end(0);
    await shown;
    expect(host.raw).toEqual([true, false]);
    expect(seen.sizes).toEqual([{ columns: 80, rows: 24 }]);
  });

  it('is left running by the detach keys', async () => {
    const { outcome, seen } = fakeProcess(true);
    const host = recordingHost({
      terminal: true,
      stdin: typed('a\u0010', '\u0011', new Promise(() => undefined)),
    });
    expect(await showSession(host, outcome())).toEqual({ kind: 'none', exitCode: -1 });
    expect(seen).toMatchObject({ input: 'a', inputClosed: false, left: true });
    expect(host.raw).toEqual([true, false]);
    expect(host.printed.stderr).toBe('read escape sequence\r\n');
  });

  it('takes bytes of a pipe for what they are', async () => {
    const { outcome, end, seen } = fakeProcess(false);
    const host = recordingHost({ stdin: ['a\u0010\u0011b'] });
    const shown = showSession(host, outcome());
    await expect.poll(() => seen.inputClosed).toBe(true);
    expect(seen.input).toBe('a\u0010\u0011b');
    end(0);
    await shown;
  });

  it('passes signals on, and lets go at the third interrupt, which it says', async () => {
    const { outcome, seen } = fakeProcess(false);
    const host = recordingHost();
    const shown = showSession(host, outcome({ stdin: false }));
    for (const name of ['SIGINT', 'SIGUSR1', 'SIGTERM', 'SIGHUP'] as const) host.signal(name);
    expect(seen.signals).toEqual(['SIGINT', 'SIGUSR1', 'SIGTERM', 'SIGHUP']);
    host.signal('SIGINT');
    expect(await shown).toEqual({ kind: 'none', exitCode: 1 });
    expect(host.printed.stderr).toBe('got 3 interrupts, leaving: web goes on running\n');
  });

  it('says what an interrupt did that the process ignores, to who sits at a terminal', async () => {
    const { outcome, end } = fakeProcess(false);
    const host = recordingHost({ terminal: true });
    const shown = showSession(host, outcome({ stdin: false }));
    host.signal('SIGINT');
    await expect
      .poll(() => host.printed.stderr, { timeout: 5000 })
      .toBe('\n^C sent; web has not ended by it. 2 more leave it running.\n');
    host.signal('SIGINT');
    expect(host.printed.stderr).toContain('\n^C sent; web has not ended by it. 1 more leaves it running.\n');
    end(0);
    await shown;
  });

  it('is ended by the first signal where it wants none, with the status of that signal', async () => {
    const { outcome } = fakeProcess(false);
    const host = recordingHost();
    const shown = showSession(host, outcome({ stdin: false, forwardSignal: undefined }));
    // It comes with every hang-up, and when a stopped client goes on.
    host.signal('SIGCONT');
    host.signal('SIGINT');
    expect(await shown).toEqual({ kind: 'none', exitCode: 130 });
  });
});
