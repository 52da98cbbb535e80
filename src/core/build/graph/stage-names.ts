import type { Stage } from '../dockerfile/dockerfile.ts';
import { type NamedContext, NamedContexts } from './named-contexts.ts';

/** Names and numbers by which a stage may take files from stages before it; of two alike the later counts. */
export interface EarlierStages {
  /** Lower case. */
  get(name: string): number | undefined;
  /** There is a stage of that name or number, but not before: nothing can be taken from it. */
  comesLater(name: string): boolean;
  /** It is this very stage that is called so. */
  isOwn(name: string): boolean;
  /** Those that have one. */
  names(): readonly string[];
  /** What the build was given under that name: it stands above stages. */
  context(name: string): NamedContext | undefined;
}

/** The stages of a file by name and number. Names may be given twice. */
export class StageNames {
  /** Ascending. */
  readonly #byName = new Map<string, number[]>();
  readonly #count: number;
  readonly #contexts: NamedContexts;

  constructor(stages: readonly Stage[], contexts: NamedContexts = new NamedContexts({})) {
    this.#count = stages.length;
    this.#contexts = contexts;
    for (const { index, from } of stages) {
      if (from.stageName === undefined) continue;
      const indexes = this.#byName.get(from.stageName);
      if (indexes === undefined) this.#byName.set(from.stageName, [index]);
      else indexes.push(index);
    }
  }

  /** The stage of that name anywhere in the file. */
  find(name: string): number | undefined {
    return this.#byName.get(name.toLowerCase())?.at(-1) ?? numberBelow(name, this.#count);
  }

  context(name: string): NamedContext | undefined {
    return this.#contexts.find(name);
  }

  before(stage: number): EarlierStages {
    const get = (name: string) => lastBelow(this.#byName.get(name) ?? [], stage) ?? numberBelow(name, stage);
    return {
      get,
      comesLater: (name) => get(name) === undefined && this.find(name) !== undefined,
      isOwn: (name) => get(name) === undefined && this.#has(name, stage),
      names: () => this.names().filter((name) => get(name) !== undefined),
      context: (name) => this.context(name),
    };
  }

  #has(name: string, stage: number): boolean {
    return this.#byName.get(name)?.includes(stage) === true || name === String(stage);
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

function numberBelow(text: string, limit: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,6})$/.test(text)) return undefined;
  return Number(text) < limit ? Number(text) : undefined;
}

function lastBelow(ascending: readonly number[], limit: number): number | undefined {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return ascending[low - 1];
}
