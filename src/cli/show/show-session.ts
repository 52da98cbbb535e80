import { constants } from 'node:os';
import type { Outcome, SessionOutcome } from '../../app/commands/outcome.ts';
import type { Session } from '../../engine/session.ts';
import type { CliHost } from '../cli-host.ts';
import { detachFilter } from './detach-filter.ts';

/** So many interrupts without an end, and we leave although the process goes on, as Docker does. */
const mostInterrupts = 3;
/** A process that ends by the first one has had no need of words. */
const explainAfterMs = 1000;
/** Our exit status where a hang-up ends us: 128 and the number of SIGHUP. */
const hangUpStatus = 129;

/**
 * Joins our streams to a process until it ends or the user leaves. On a terminal every key goes to the process and
 * its size follows ours; signals go on to it where it wants them. When our terminal goes away, so does that of a
 * process that runs for us alone.
 */
export async function showSession(host: CliHost, outcome: SessionOutcome): Promise<Outcome> {
  await using session = outcome.session;
  const raw = session.tty && outcome.stdin && host.stdin.isTerminal;
  const left = Promise.withResolvers<undefined>();
  const hangUp = once(async () => {
    // Gone, or not ours to end: it goes on without us.
    await session.hangUp?.().catch(() => undefined);
    left.resolve(undefined);
  });
  using signals = forwardSignals(host, outcome, () => left.resolve(undefined), hangUp);
  using _size = followSize(host, session);
  using _raw = raw ? await enterRaw(host) : undefined;

  const ended = copyOutput(host, session).then(() => session.exit);
  // Whoever leaves first wins; the other's failure is of no interest then.
  session.exit.catch(() => undefined);
  ended.catch(() => undefined);
  if (outcome.stdin) {
    const keys = session.tty ? outcome.detachKeys : new Uint8Array();
    copyInput(host, session, keys).then(
      (how) => {
        if (how === 'detached') left.resolve(undefined);
        // The end of a raw terminal is its own end.
        if (how === 'ended' && raw) void hangUp();
      },
      // The process has closed its end: its status will tell.
      () => undefined,
    );
  }
  try {
    const exitCode = await Promise.race([ended, left.promise]);
    if (signals.gaveUp()) {
      const line = host.stderr.isTerminal ? '\n' : '';
      host.stderr.text(
        `${line}got ${mostInterrupts} interrupts, leaving: ${outcome.title} goes on running\n`,
      );
      return { kind: 'none', exitCode: 1 };
    }
    if (hangUp.called()) {
      await hangUp();
      return { kind: 'none', exitCode: hangUpStatus };
    }
    const signal = signals.leftBy();
    if (signal !== undefined) return { kind: 'none', exitCode: 128 + constants.signals[signal] };
    if (exitCode === undefined && raw) host.stderr.text('read escape sequence\r\n');
    return await outcome.next(exitCode);
  } catch (error) {
    // Nobody reads what it writes any more.
    if (raw) await hangUp();
    throw error;
  } finally {
    if (outcome.stdin) host.stdin.release();
  }
}

async function copyOutput(host: CliHost, session: Session): Promise<void> {
  for await (const { stream, data } of session.output) {
    await (stream === 'stderr' ? host.stderr : host.stdout).bytes(data);
  }
}

/** Resolves when the user asked to leave; at the end of our input the process reads its end too. */
async function copyInput(
  host: CliHost,
  session: Session,
  detachKeys: Uint8Array,
): Promise<'detached' | 'ended'> {
  const filter = detachFilter(detachKeys);
  for await (const chunk of host.stdin.chunks()) {
    const { pass, detached } = filter(chunk);
    if (pass.length > 0) await session.write(pass);
    if (detached) return 'detached';
  }
  await session.closeInput();
  return 'ended';
}

interface Forwarding extends Disposable {
  /** The process was interrupted so often that we left it. */
  gaveUp(): boolean;
  /** What ended us, where the process is told of no signals. */
  leftBy(): NodeJS.Signals | undefined;
}

/** Gives signals to the process. The first process of a container may well ignore them, and so one is not left in the dark. */
function forwardSignals(
  host: CliHost,
  { forwardSignal, session, title }: SessionOutcome,
  leave: () => void,
  hangUp: () => Promise<void>,
): Forwarding {
  let interrupts = 0;
  let leftBy: NodeJS.Signals | undefined;
  let timer: NodeJS.Timeout | undefined;
  const explain = (signal: NodeJS.Signals): void => {
    const sent = signal === 'SIGINT' ? '^C' : signal;
    const more = mostInterrupts - interrupts;
    host.stderr.text(
      `\n${sent} sent; ${title} has not ended by it. ${more} more ${more === 1 ? 'leaves' : 'leave'} it running.\n`,
    );
  };
  const taken = host.interrupts.takeOver((signal) => {
    if (signal === 'SIGHUP' && (session.tty || forwardSignal === undefined)) return void hangUp();
    if (forwardSignal === undefined) {
      // Going on ends nobody; it comes with every hang-up, too.
      if (signal === 'SIGCONT') return;
      leftBy = signal;
      return leave();
    }
    if (signal === 'SIGINT' || signal === 'SIGTERM') {
      interrupts += 1;
      clearTimeout(timer);
      if (interrupts >= mostInterrupts) return leave();
      // Who sends a second one wants to know at once.
      if (host.stderr.isTerminal && interrupts > 1) explain(signal);
      else if (host.stderr.isTerminal) timer = setTimeout(() => explain(signal), explainAfterMs);
    }
    // It may have ended in the meantime; then there is nobody to tell.
    forwardSignal(signal).catch(() => undefined);
  });
  // It came while the process was being started.
  if (host.interrupts.exitCode() === hangUpStatus) void hangUp();
  return {
    gaveUp: () => interrupts >= mostInterrupts,
    leftBy: () => leftBy,
    [Symbol.dispose]() {
      clearTimeout(timer);
      taken[Symbol.dispose]();
    },
  };
}

function followSize(host: CliHost, session: Session): Disposable | undefined {
  const screen = host.stdout.isTerminal ? host.stdout : host.stderr;
  if (!session.tty || !screen.isTerminal) return undefined;
  const tell = () => {
    // Too early or too late for the process: the next change tells it again.
    session.resize({ columns: screen.columns(), rows: screen.rows() }).catch(() => undefined);
  };
  tell();
  process.on('SIGWINCH', tell);
  return { [Symbol.dispose]: () => void process.off('SIGWINCH', tell) };
}

async function enterRaw({ stdin }: CliHost): Promise<Disposable> {
  await stdin.setRaw(true);
  return { [Symbol.dispose]: () => void stdin.setRaw(false) };
}

interface Once {
  (): Promise<void>;
  called(): boolean;
}

/** Signals and the end of a terminal tell the same thing in any order. */
function once(work: () => Promise<void>): Once {
  let done: Promise<void> | undefined;
  return Object.assign(() => (done ??= work()), { called: () => done !== undefined });
}
