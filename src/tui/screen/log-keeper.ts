import { followLogs } from '../../app/state/log-follower.ts';
import { LogRing } from '../../app/state/log-ring.ts';
import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ShownLog } from '../panes/logs-pane.ts';

/** Moving through a list passes many containers: only one that stays selected is read. */
const settleMs = 80;
/** Lines fetched of a log that was not shown before. */
const firstLines = 5000;
const keptRings = 4;

interface Kept {
  readonly ring: LogRing;
  revision: number;
  problem: string | undefined;
}

/** Follows the log of the container that is shown, and keeps the last few that were. */
export class LogKeeper implements Disposable {
  readonly #engine: Engine;
  readonly #changed: () => void;
  readonly #kept = new Map<string, Kept>();
  #container: ContainerSummary | undefined;
  #following: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `changed` is called after lines came; often. */
  constructor(engine: Engine, changed: () => void) {
    this.#engine = engine;
    this.#changed = changed;
  }

  get shown(): ShownLog | undefined {
    const container = this.#container;
    if (container === undefined) return undefined;
    const { ring, revision, problem } = this.#kept.get(container.id) ?? nothing;
    return { container, ring, revision, problem };
  }

  show(container: ContainerSummary | undefined): void {
    const before = this.#container;
    this.#container = container;
    // Another run of the same container writes on where the last one ended.
    if (before?.id === container?.id && before?.startedAt === container?.startedAt) return;
    this.#following?.abort();
    clearTimeout(this.#timer);
    if (container === undefined) return;
    const wait = before === undefined ? 0 : settleMs;
    this.#timer = setTimeout(() => void this.#follow(container), wait);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#following?.abort();
  }

  async #follow(container: ContainerSummary): Promise<void> {
    const kept = this.#keep(container.id);
    const following = new AbortController();
    this.#following = following;
    const last = kept.ring.at(kept.ring.end - 1);
    try {
      await followLogs(this.#engine, container.id, kept.ring, {
        signal: following.signal,
        tail: firstLines,
        // What is here already is not asked for again.
        since: last === undefined ? undefined : momentAfter(last.time),
        changed: () => {
          kept.revision += 1;
          kept.problem = undefined;
          this.#changed();
        },
      });
    } catch (error) {
      if (following.signal.aborted) return;
      kept.problem = GantryError.from(error).message;
      kept.revision += 1;
      this.#changed();
    }
  }

  #keep(id: string): Kept {
    const known = this.#kept.get(id) ?? { ring: new LogRing(), revision: 0, problem: undefined };
    // The newest is last: the first ones go when there are too many.
    this.#kept.delete(id);
    this.#kept.set(id, known);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptRings) break;
      this.#kept.delete(oldest);
    }
    return known;
  }
}

const nothing: Kept = { ring: new LogRing(), revision: 0, problem: undefined };

/** The nanosecond after an RFC 3339 time. */
function momentAfter(time: string): string {
  const match = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(time);
  const nanoseconds = Number((match?.[2] ?? '').padEnd(9, '0')) + 1;
  return match === null || nanoseconds >= 1e9 ? time : `${match[1]}.${String(nanoseconds).padStart(9, '0')}Z`;
}
