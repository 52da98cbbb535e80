import { safeLine } from '../../app/commands/present/safe-text.ts';
import type { BuildEvent } from '../../engine/builds.ts';
import { lineCutter } from './line-cutter.ts';

interface Step {
  readonly number: number;
  readonly name: string;
  started: number | undefined;
  cached: boolean;
  readonly cut: (data: Uint8Array) => readonly string[];
}

/** A build as lines that never change, BuildKit's plain way: `#3 [2/4] RUN make`, `#3 0.214 output`, `#3 DONE 1.2s`. */
export function plainBuild(print: (line: string) => void): (event: BuildEvent) => void {
  const names = new Map<string, string>();
  const steps = new Map<string, Step>();
  const stepOf = (id: string): Step => {
    let step = steps.get(id);
    if (step === undefined) {
      step = {
        number: steps.size + 1,
        name: names.get(id) ?? id,
        started: undefined,
        cached: false,
        cut: lineCutter(),
      };
      steps.set(id, step);
      print(`#${step.number} ${safeLine(step.name)}`);
    }
    return step;
  };
  const seconds = (step: Step, time: number) => ((time - (step.started ?? time)) / 1000).toFixed(1);

  return (event) => {
    switch (event.kind) {
      case 'graph':
        for (const vertex of event.vertices) names.set(vertex.id, vertex.name);
        return;
      case 'warning':
        // What the checks found is told together, at the end.
        if (event.rule !== undefined) return;
        print(
          `WARN: ${safeLine(event.message)}${event.position === undefined ? '' : ` (line ${event.position.line})`}`,
        );
        return;
      case 'progress':
        return;
      case 'started':
        stepOf(event.vertex).started = event.time;
        return;
      case 'cached': {
        const step = stepOf(event.vertex);
        step.cached = true;
        print(`#${step.number} CACHED`);
        return;
      }
      case 'output': {
        const step = stepOf(event.vertex);
        const at = ((Date.now() - (step.started ?? Date.now())) / 1000).toFixed(3);
        for (const line of step.cut(event.data)) print(`#${step.number} ${at} ${safeLine(line)}`);
        return;
      }
      case 'completed': {
        const step = stepOf(event.vertex);
        if (!step.cached) print(`#${step.number} DONE ${seconds(step, event.time)}s`);
        return;
      }
      case 'failed':
        print(`#${stepOf(event.vertex).number} ERROR: ${safeLine(event.message)}`);
        return;
    }
  };
}
