import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';

/**
 * lowdb's adapter for a file several processes write: a temporary name of its own, fsync, rename, fsync of the
 * folder, so a reader sees the old document or the new one, also after a power cut. Bad JSON is set aside as `.bak`
 * and read as nothing. Mode 0600.
 */
export class JsonFile<T> implements Adapter<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<T | null> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    try {
      return JSON.parse(text) as T;
    } catch {
      await rename(this.#path, `${this.#path}.bak`).catch(() => undefined);
      return null;
    }
  }

  async write(data: T): Promise<void> {
    const folder = dirname(this.#path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${this.#path}.${process.pid}.${next()}.tmp`;
    try {
      await using file = await open(temporary, 'wx', 0o600);
      await file.writeFile(`${JSON.stringify(data, null, 2)}\n`);
      await file.sync();
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await using handle = await open(folder, 'r');
    await handle.sync();
  }
}

let counter = 0;

function next(): number {
  counter += 1;
  return counter;
}
