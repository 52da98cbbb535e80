import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildVertex } from '../../../engine/builds.ts';
import { plainError } from '../../host/plain-error.ts';
import type { BuildPlan, PlannedStep } from '../graph/build-plan.ts';
import type { BuildSession } from './build-session.ts';

/** The steps of a build as others see them, and how many of them were found in the cache. */
export class Vertices {
  readonly #emit: BuildSession['emit'];
  readonly #stages: Map<number, BuildVertex[]>;
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();
  #cached = 0;

  constructor(plan: BuildPlan, emit: BuildSession['emit']) {
    this.#emit = emit;
    this.#stages = new Map(
      plan.stages.map(({ index, name, from, steps }) => [
        index,
        [from, ...steps].map((step) => vertexOf(step, name)),
      ]),
    );
    this.#announce();
  }

  get cached(): number {
    return this.#cached;
  }

  get total(): number {
    return [...this.#stages.values()].reduce((sum, vertices) => sum + vertices.length, 0);
  }

  /** Steps that only showed once the base image was known: its triggers. */
  insertAfterFrom(stage: number, name: string, steps: readonly PlannedStep[]): void {
    if (steps.length === 0) return;
    this.#stages.get(stage)?.splice(1, 0, ...steps.map((step) => vertexOf(step, name)));
    this.#announce();
  }

  /**
   * Tells the beginning and the end of a step. What it throws says which step it was: `details.vertex`,
   * `details.position`.
   */
  async tell<T extends { readonly cached: boolean }>(step: PlannedStep, work: () => Promise<T>): Promise<T> {
    return this.look(step, true, work);
  }

  /** As `tell`, of work that may come to nothing: then the step has not ended. Its beginning is told first or at its end. */
  async look<T extends object>(step: PlannedStep, beginsNow: boolean, work: () => Promise<T>): Promise<T> {
    if (beginsNow) this.#begin(step.id);
    try {
      const result = await work();
      if ('cached' in result) this.#end(step.id, result.cached === true);
      return result;
    } catch (error) {
      const located = locate(plainError(error, sourceHints), step);
      this.#begin(step.id);
      this.#emit({ kind: 'failed', vertex: step.id, time: Date.now(), message: located.message });
      throw located;
    }
  }

  /** Tells that nobody needed the steps that have not ended: what would come of them was in the cache. */
  endSkipped(): void {
    for (const { id } of [...this.#stages.values()].flat()) if (!this.#ended.has(id)) this.#end(id, true);
  }

  #begin(id: string): void {
    if (this.#begun.has(id)) return;
    this.#begun.add(id);
    this.#emit({ kind: 'started', vertex: id, time: Date.now() });
  }

  #end(id: string, isCached: boolean): void {
    this.#begin(id);
    this.#ended.add(id);
    if (isCached) this.#cached += 1;
    if (isCached) this.#emit({ kind: 'cached', vertex: id });
    this.#emit({ kind: 'completed', vertex: id, time: Date.now() });
  }

  #announce(): void {
    this.#emit({ kind: 'graph', vertices: [...this.#stages.values()].flat() }, 'graph');
  }
}

function vertexOf({ id, name, inputs, position }: PlannedStep, stage: string): BuildVertex {
  return { id, name, stage, inputs, position };
}

const sourceHints = { EACCES: 'build as somebody who may read it, or name it in .dockerignore' };

function locate(error: GantryError, { id, position }: PlannedStep): GantryError {
  const { message, hint, code } = error;
  // A failed build ends with 1, as BuildKit's do, whatever its command did.
  const { exitCode, ...details } = error.details;
  const isStart = error.kind === 'start';
  return new GantryError({
    // To the user a step that cannot start has failed like any other; `status` says how.
    kind: isStart ? 'failed' : error.kind,
    code: isStart ? 'build-step-failed' : code,
    message,
    hint,
    details: { position, ...details, ...(exitCode === undefined ? {} : { status: exitCode }), vertex: id },
    cause: error.cause ?? error,
  });
}
