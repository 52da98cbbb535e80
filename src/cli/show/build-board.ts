import { ellipsis } from '../../app/commands/format/ellipsis.ts';
import { humanSize } from '../../app/commands/format/human-size.ts';
import { safeLine } from '../../app/commands/present/safe-text.ts';
import type { BuildEvent } from '../../engine/builds.ts';
import { lineCutter } from './line-cutter.ts';

interface Step {
  readonly name: string;
  readonly cut: (data: Uint8Array) => readonly string[];
  state: 'waiting' | 'running' | 'cached' | 'done' | 'failed' | 'stopped';
  startedMs: number;
  endedMs: number;
  /** The newest lines of output. */
  tail: string[];
  progress: string;
}

/** A build as a terminal shows it: every step that began, with its time, and the newest output of those at work. */
export interface BuildBoard {
  take(event: BuildEvent): void;
  lines(nowMs: number): readonly string[];
  /** The build was broken off: what was at work has not failed. */
  stop(): void;
  /** The step that failed with the end of its output. */
  failure(): readonly string[];
}

const shownTail = 6;
const keptTail = 40;

export function buildBoard(): BuildBoard {
  const steps = new Map<string, Step>();
  let begunMs = Date.now();
  const warnings: string[] = [];
  const update = (id: string, change: Partial<Step>): void => {
    const step = steps.get(id) ?? newStep(id);
    steps.set(id, Object.assign(step, change));
  };

  return {
    take(event) {
      switch (event.kind) {
        case 'graph':
          begunMs = Date.now();
          for (const { id, name } of event.vertices) if (!steps.has(id)) steps.set(id, newStep(name));
          return;
        case 'started':
          return update(event.vertex, { state: 'running', startedMs: event.time });
        case 'cached':
          return update(event.vertex, { state: 'cached' });
        case 'completed':
          if (steps.get(event.vertex)?.state === 'cached') return;
          return update(event.vertex, { state: 'done', endedMs: event.time });
        case 'failed':
          return update(event.vertex, { state: 'failed', endedMs: event.time });
        case 'progress': {
          const total = event.total === undefined ? '' : ` / ${humanSize(event.total)}`;
          return update(event.vertex, { progress: `${event.label} ${humanSize(event.done)}${total}` });
        }
        case 'output': {
          const step = steps.get(event.vertex);
          step?.tail.push(...step.cut(event.data));
          step?.tail.splice(0, step.tail.length - keptTail);
          return;
        }
        case 'warning':
          if (event.rule === undefined) warnings.push(event.message);
          return;
      }
    },
    lines(nowMs) {
      const all = [...steps.values()];
      const begun = all.filter(({ state }) => state !== 'waiting');
      const ended = begun.filter(({ state }) => state !== 'running');
      const header = `[+] Building ${seconds(nowMs - begunMs)} (${ended.length}/${all.length})`;
      return [
        header,
        ...begun.flatMap((step) => stepLines(step, nowMs)),
        ...warnings.map((text) => ` ! ${safeLine(text)}`),
      ];
    },
    stop() {
      for (const step of steps.values()) {
        if (step.state === 'running' || step.state === 'failed') step.state = 'stopped';
      }
    },
    failure() {
      const failed = [...steps.values()].find(({ state }) => state === 'failed');
      if (failed === undefined || failed.tail.length === 0) return [];
      return ['------', ` > ${safeLine(failed.name)}:`, ...failed.tail.map(safeLine), '------'];
    },
  };
}

function newStep(name: string): Step {
  return { name, cut: lineCutter(), state: 'waiting', startedMs: 0, endedMs: 0, tail: [], progress: '' };
}

function stepLines(step: Step, nowMs: number): readonly string[] {
  const mark = { cached: 'CACHED ', failed: 'ERROR ', stopped: 'CANCELED ' }[step.state as string] ?? '';
  const end = step.state === 'running' ? nowMs : step.endedMs;
  const time = step.state === 'cached' ? '' : `  ${seconds(Math.max(0, end - step.startedMs))}`;
  const title = ` => ${mark}${ellipsis(safeLine(step.name), 90)}${time}`;
  if (step.state !== 'running') return [title];
  const tail = step.tail.slice(-shownTail).map((line) => ` => => # ${safeLine(line)}`);
  return [title, ...(step.progress === '' ? [] : [` => => ${safeLine(step.progress)}`]), ...tail];
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)}s`;
}
