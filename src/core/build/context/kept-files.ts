import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileWhole } from '../../host/durable-file.ts';
import { ownNamesIn } from '../../host/own-folder.ts';
import { readRegularFile } from '../../host/read-regular-file.ts';

const largestBytes = 256 * 1024 ** 2;

/** A folder of small files that may be lost any time: no more than so many are kept, the oldest go first. */
export class KeptFiles {
  readonly #dir: string;
  readonly #most: number;

  constructor(dir: string, most: number) {
    this.#dir = dir;
    this.#most = most;
  }

  path(name: string): string {
    return join(this.#dir, name);
  }

  /** Undefined: there is none. */
  read(name: string): string | undefined {
    try {
      return readRegularFile(this.path(name), largestBytes).toString('utf8');
    } catch {
      return undefined;
    }
  }

  write(name: string, data: string | readonly Uint8Array[]): void {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    writeFileWhole(this.path(name), data, { durable: false });
    const names = ownNamesIn(this.#dir);
    if (names.length <= this.#most) return;
    const byAge = names
      .map((other) => ({
        name: other,
        usedMs: statSync(this.path(other), { throwIfNoEntry: false })?.mtimeMs ?? 0,
      }))
      .sort((a, b) => a.usedMs - b.usedMs);
    for (const old of byAge.slice(0, names.length - this.#most)) rmSync(this.path(old.name), { force: true });
  }
}
