import type { GantryError } from '../../base/gantry-error.ts';
import type { LogRing } from '../state/log-ring.ts';
import type { BuildProgress } from './build-progress.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** One command somebody started here: what runs now, and what ran, in words that can be run again. */
export interface Job {
  readonly id: number;
  /** As it would be typed: `gantry build -t web .`. */
  readonly line: string;
  /** The command's ID, `container.stop`, and what it was told to work upon: names or IDs. */
  readonly command: string;
  readonly operands: readonly string[];
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  /** Undefined for what has none to tell. */
  readonly progress: BuildProgress | TransferProgress | undefined;
  readonly error: GantryError | undefined;
  /** What it printed while it ran; grows in place, {@link revision} tells when. */
  readonly output: LogRing;
  readonly revision: number;
}

/** The newest last. */
export interface JobsState {
  readonly jobs: readonly Job[];
}

export const noJobs: JobsState = { jobs: [] };

/** Ended jobs beyond this are forgotten, the oldest first. */
const keptJobs = 100;

export function jobAdded({ jobs }: JobsState, job: Job): JobsState {
  const ended = jobs.filter(({ state }) => state !== 'running');
  const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - keptJobs + 1)));
  return { jobs: [...jobs.filter((known) => !forgotten.has(known)), job] };
}

export function jobChanged(state: JobsState, id: number, change: (job: Job) => Job): JobsState {
  const index = state.jobs.findIndex((job) => job.id === id);
  const job = state.jobs[index];
  return job === undefined ? state : { jobs: state.jobs.with(index, change(job)) };
}
