import { type History, openHistory, remembered } from '../../app/storage/history.ts';
import { openPreferences, type Preferences } from '../../app/storage/preferences.ts';
import type { UserDirs } from '../../app/storage/user-dirs.ts';

/** Moving a border writes once it rests, not with every step. */
const settleMs = 400;

/**
 * What the screen keeps for its user between two runs. A disk that refuses never disturbs the screen: what could not
 * be written is only not remembered.
 */
export class UserFiles {
  readonly #dirs: UserDirs;
  #history: History = { lines: [] };
  #edits: ((before: Preferences) => Preferences)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(dirs: UserDirs) {
    this.#dirs = dirs;
  }

  /** Lines of `:`, the newest last. */
  get history(): readonly string[] {
    return this.#history.lines;
  }

  async preferences(): Promise<Preferences | undefined> {
    return openPreferences(this.#dirs)
      .read()
      .catch(() => undefined);
  }

  async loadHistory(): Promise<void> {
    this.#history = await openHistory(this.#dirs)
      .read()
      .catch(() => ({ lines: [] }));
  }

  remember(line: string): void {
    this.#history = remembered(this.#history, line);
    this.#then(async () => {
      this.#history = await openHistory(this.#dirs).change((history) => remembered(history, line));
    });
  }

  change(edit: (before: Preferences) => Preferences): void {
    this.#edits.push(edit);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), settleMs);
  }

  /** Writes what still waits. */
  async flush(): Promise<void> {
    this.#save();
    await this.#writing;
  }

  #save(): void {
    clearTimeout(this.#timer);
    const edits = this.#edits.splice(0);
    if (edits.length === 0) return;
    this.#then(async () => {
      await openPreferences(this.#dirs).change((before) =>
        edits.reduce((value, edit) => edit(value), before),
      );
    });
  }

  #then(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch(() => undefined);
  }
}
