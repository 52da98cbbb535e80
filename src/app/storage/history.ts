import { join } from 'node:path';
import { type Document, openDocument } from './document.ts';
import type { UserDirs } from './user-dirs.ts';

/** Lines typed at `:`, the newest last, each once. */
export interface History {
  readonly lines: readonly string[];
}

const lineLimit = 500;
const lengthLimit = 2000;

export function openHistory(dirs: UserDirs): Document<History> {
  return openDocument({
    path: join(dirs.state, 'history.json'),
    migrations: [],
    parse: ({ lines }) => ({
      lines: Array.isArray(lines)
        ? lines.filter((line): line is string => typeof line === 'string').slice(-lineLimit)
        : [],
    }),
  });
}

/** The history with a line at its end; one that was there moves. */
export function remembered(history: History, line: string): History {
  if (line.trim() === '' || line.length > lengthLimit) return history;
  return { lines: [...history.lines.filter((known) => known !== line), line].slice(-lineLimit) };
}
