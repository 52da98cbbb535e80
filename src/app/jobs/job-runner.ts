import { setTimeout as pause } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import type { BuildEvent } from '../../engine/builds.ts';
import type { Engine } from '../../engine/engine.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { CommandContext } from '../commands/command-context.ts';
import type { AnyInput, Command } from '../commands/define-command.ts';
import type { BuildOutcome, Outcome, TransferOutcome } from '../commands/outcome.ts';
import { removalLines } from '../commands/present/removal-lines.ts';
import { LogRing } from '../state/log-ring.ts';
import { sanitiseLine } from '../state/sanitise-line.ts';
import type { Store } from '../state/store.ts';
import { applyBuildEvent, noBuild } from './build-progress.ts';
import { type Job, type JobsState, jobAdded, jobChanged } from './job.ts';
import { applyTransferEvent, noTransfer } from './transfer-progress.ts';

/** An outcome that is neither a build nor a transfer: those have run to their end here. */
export type FinalOutcome = Exclude<Outcome, BuildOutcome | TransferOutcome>;

/** A program somebody ran from here that was no job of ours. */
export interface EndedProgram {
  /** As it would be typed. */
  readonly line: string;
  readonly startedMs: number;
  readonly lines: readonly string[];
  readonly error: GantryError | undefined;
}

export interface JobRunnerOptions {
  readonly engine: Engine;
  readonly jobs: Store<JobsState>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** As commands get it: see {@link CommandContext}. */
  readonly plugins?: CommandContext['plugins'];
}

/** How long work may take to clean up once it was cancelled. */
const cleanUpMs = 5000;
const outputLimits = { lines: 5000, bytes: 4 << 20 };

/** Runs commands for a surface that stays: each is a job with progress that can be watched, cancelled and read later. */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #running = new Map<
    number,
    { readonly cancel: AbortController; readonly ended: Promise<unknown> }
  >();
  #next = 1;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** What a command's `run` and `question` get here. */
  context(signal: AbortSignal): CommandContext {
    const { engine, cwd, env, now, plugins } = this.#options;
    const io = { stdin: empty(), stdinIsTerminal: false, stdoutIsTerminal: true, size: undefined };
    return { engine, signal, cwd, env, now, io, plugins };
  }

  /** Starts a command. `ended` resolves with its last outcome, or rejects; the job tells the same. */
  start(
    command: Command,
    input: AnyInput,
    line: string,
  ): { readonly id: number; readonly ended: Promise<FinalOutcome> } {
    const cancel = new AbortController();
    const operands = Object.values(input.args)
      .flat()
      .filter((value) => typeof value === 'string');
    const job = { ...this.#newJob(line, this.#options.now()), command: command.id, operands };
    const { id } = job;
    this.#options.jobs.update((state) => jobAdded(state, job));
    const ended = this.#run(job, command, input, cancel.signal).finally(() => this.#running.delete(id));
    ended.catch(() => undefined);
    this.#running.set(id, { cancel, ended });
    return { id, ended };
  }

  /** Writes a program into the journal that ran elsewhere, in a pane of its own, and has ended. */
  keep({ line, startedMs, lines, error }: EndedProgram): void {
    const job = this.#newJob(line, startedMs);
    this.#print(job, lines);
    const ended: Job = {
      ...job,
      state: error === undefined ? 'done' : 'failed',
      endedMs: this.#options.now(),
      error,
    };
    this.#options.jobs.update((state) => jobAdded(state, ended));
  }

  cancel(id: number): void {
    this.#running.get(id)?.cancel.abort();
  }

  /** Cancels what still runs and waits until all of it has cleaned up after itself, but not for ever. */
  async cancelAll(): Promise<void> {
    for (const { cancel } of this.#running.values()) cancel.abort();
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled([...this.#running.values()].map(({ ended }) => ended)),
      pause(cleanUpMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  #newJob(line: string, startedMs: number): Job {
    const id = this.#next;
    this.#next += 1;
    return {
      id,
      line,
      command: '',
      operands: [],
      state: 'running',
      startedMs,
      endedMs: undefined,
      progress: undefined,
      error: undefined,
      output: new LogRing(outputLimits),
      revision: 0,
    };
  }

  async #run(job: Job, command: Command, input: AnyInput, signal: AbortSignal): Promise<FinalOutcome> {
    const { jobs, now } = this.#options;
    try {
      let outcome = await command.run(this.context(signal), input);
      while (outcome.kind === 'build' || outcome.kind === 'transfer') {
        outcome =
          outcome.kind === 'build' ? await this.#build(job, outcome) : await this.#transfer(job, outcome);
      }
      this.#print(job, await this.#linesOf(outcome));
      const error = outcome.errors?.[0];
      jobs.update((state) =>
        jobChanged(state, job.id, (known) => ({
          ...known,
          state: error === undefined ? 'done' : 'failed',
          endedMs: now(),
          error,
        })),
      );
      return outcome;
    } catch (thrown) {
      const error = GantryError.from(thrown);
      jobs.update((state) =>
        jobChanged(state, job.id, (known) => ({
          ...known,
          state: error.kind === 'cancelled' ? 'cancelled' : 'failed',
          endedMs: now(),
          error,
        })),
      );
      throw error;
    }
  }

  async #transfer(job: Job, outcome: TransferOutcome): Promise<Outcome> {
    await using operation = outcome.operation;
    this.#change(job.id, (known) => ({ ...known, progress: noTransfer }));
    for await (const event of operation) this.#tell(job, event);
    await operation.result;
    return outcome.next();
  }

  async #build(job: Job, outcome: BuildOutcome): Promise<Outcome> {
    await using operation = outcome.operation;
    this.#change(job.id, (known) => ({ ...known, progress: noBuild }));
    const decoders = new Map<string, LineDecoder>();
    for await (const event of operation) {
      if (event.kind === 'output') this.#output(job, event, decoders);
      else this.#tell(job, event);
    }
    return outcome.next(await operation.result);
  }

  /** What it printed at its end, for the journal. What is watched as it comes is not kept. */
  async #linesOf(outcome: FinalOutcome): Promise<readonly string[]> {
    switch (outcome.kind) {
      case 'lines':
        return outcome.lines;
      case 'removals':
        return removalLines(outcome);
      case 'table': {
        const { tablePrinter } = await import('../commands/present/table-printer.ts');
        return (await tablePrinter(outcome.table, outcome.view))(outcome.rows);
      }
      case 'documents': {
        const { documentText } = await import('../commands/present/document-text.ts');
        const text = outcome.text ?? (await documentText(outcome));
        return text.replace(/\n$/, '').split('\n');
      }
      default:
        return [];
    }
  }

  #print(job: Job, lines: readonly string[]): void {
    const time = new Date(this.#options.now()).toISOString();
    for (const line of lines) job.output.push({ stream: 'stdout', time, text: sanitiseLine(line) });
  }

  #tell(job: Job, event: BuildEvent | TransferEvent): void {
    this.#change(job.id, (known) => {
      const { progress } = known;
      if (event.kind === 'layer' || event.kind === 'message') {
        return {
          ...known,
          progress: applyTransferEvent(progress?.kind === 'transfer' ? progress : noTransfer, event),
        };
      }
      return { ...known, progress: applyBuildEvent(progress?.kind === 'build' ? progress : noBuild, event) };
    });
  }

  #output(
    job: Job,
    event: Extract<BuildEvent, { kind: 'output' }>,
    decoders: Map<string, LineDecoder>,
  ): void {
    const key = `${event.vertex} ${event.stream}`;
    const decoder = decoders.get(key) ?? lineDecoder();
    decoders.set(key, decoder);
    const time = new Date(this.#options.now()).toISOString();
    for (const line of decoder(event.data))
      job.output.push({ stream: event.stream, time, text: sanitiseLine(line) });
    this.#change(job.id, (known) => ({ ...known, revision: known.revision + 1 }));
  }

  #change(id: number, change: (job: Job) => Job): void {
    this.#options.jobs.ingest((state) => jobChanged(state, id, change));
  }
}

type LineDecoder = (data: Uint8Array) => readonly string[];

/** An open line longer than this is let out as it is. */
const openLineLimit = 8192;

/** Whole lines of a byte stream; the last one stays until it ends. */
function lineDecoder(): LineDecoder {
  const decoder = new TextDecoder();
  let open = '';
  return (data) => {
    const lines = (open + decoder.decode(data, { stream: true })).split('\n');
    open = lines.pop() ?? '';
    if (open.length > openLineLimit) {
      lines.push(open);
      open = '';
    }
    return lines;
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}
