import { existsSync, readFileSync } from 'node:fs';
import { findBinary } from '../find-binary.ts';
import { runCommand } from '../run-command.ts';

/** What checks see of the machine. Everything is asked for through it, so that a check can be shown another machine. */
export interface HostLook {
  readonly uid: number;
  /** A small text file; undefined when it is not there or not ours to read. */
  read(path: string): string | undefined;
  exists(path: string): boolean;
  /** Where the program lies and all it says to these arguments; undefined when it is not installed. */
  ask(program: string, ...args: readonly string[]): Promise<Answer | undefined>;
}

export interface Answer {
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

export const thisHost: HostLook = {
  uid: process.getuid?.() ?? -1,
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  exists: existsSync,
  async ask(program, ...args) {
    const path = findBinary(program);
    if (path === undefined) return undefined;
    const { status, stdout, stderr } = await runCommand({ argv: [path, ...args], timeoutMs: 5_000 });
    return { path, status, text: `${stdout}${stderr}`.trim() };
  },
};
