import type { BuildEvent } from '../../engine/builds.ts';
import { sanitiseLine } from '../state/sanitise-line.ts';

export interface BuildStep {
  readonly id: string;
  /** `[build 2/5] RUN make` */
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'cached' | 'done' | 'failed';
  /** Milliseconds since the epoch. */
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
  /** `copying 3.2 MB of 10 MB`, while it lasts. */
  readonly detail:
    | { readonly label: string; readonly done: number; readonly total: number | undefined }
    | undefined;
  readonly error: string | undefined;
}

/** A build as far as it is. Its output goes to a ring beside it. */
export interface BuildProgress {
  readonly kind: 'build';
  readonly steps: readonly BuildStep[];
  /** The newest: `line 3: JSONArgsRecommended: …`. */
  readonly warnings: readonly string[];
}

export const noBuild: BuildProgress = { kind: 'build', steps: [], warnings: [] };

const warningLimit = 50;

export function applyBuildEvent(progress: BuildProgress, event: BuildEvent): BuildProgress {
  switch (event.kind) {
    case 'graph': {
      const known = new Map(progress.steps.map((step) => [step.id, step]));
      return {
        ...progress,
        steps: event.vertices.map(({ id, name }) => known.get(id) ?? newStep(id, sanitiseLine(name))),
      };
    }
    case 'warning': {
      const place = event.position === undefined ? '' : `line ${event.position.line}: `;
      const rule = event.rule === undefined ? '' : `${event.rule}: `;
      const warning = sanitiseLine(place + rule + event.message);
      return { ...progress, warnings: [...progress.warnings, warning].slice(-warningLimit) };
    }
    case 'output':
      return progress;
    case 'started':
      return change(progress, event.vertex, { state: 'running', startedMs: event.time });
    case 'cached':
      return change(progress, event.vertex, { state: 'cached', detail: undefined });
    case 'progress':
      return change(progress, event.vertex, {
        detail: { label: sanitiseLine(event.label), done: event.done, total: event.total },
      });
    case 'completed': {
      // What was found in the cache is told to be complete too.
      const isCached = progress.steps.some(({ id, state }) => id === event.vertex && state === 'cached');
      const state = isCached ? 'cached' : 'done';
      return change(progress, event.vertex, { state, endedMs: event.time, detail: undefined });
    }
    case 'failed':
      return change(progress, event.vertex, {
        state: 'failed',
        endedMs: event.time,
        detail: undefined,
        error: sanitiseLine(event.message),
      });
  }
}

/** Share of the steps that are over. */
export function buildFraction({ steps }: BuildProgress): number {
  if (steps.length === 0) return 0;
  return steps.filter(({ state }) => state === 'done' || state === 'cached').length / steps.length;
}

function newStep(id: string, name: string): BuildStep {
  return {
    id,
    name,
    state: 'waiting',
    startedMs: undefined,
    endedMs: undefined,
    detail: undefined,
    error: undefined,
  };
}

function change(progress: BuildProgress, id: string, fields: Partial<BuildStep>): BuildProgress {
  const index = progress.steps.findIndex((step) => step.id === id);
  if (index < 0) return { ...progress, steps: [...progress.steps, { ...newStep(id, id), ...fields }] };
  return { ...progress, steps: progress.steps.with(index, { ...progress.steps[index]!, ...fields }) };
}
