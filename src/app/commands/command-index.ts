import type { Command } from './define-command.ts';

/** One line of the index: enough to find and to list a command without loading its file. */
export interface CommandEntry {
  readonly id: string;
  readonly verbs: readonly [string, ...string[]];
  readonly summary: string;
  /** `common` commands lead the help; `nested` ones show under their noun only. */
  readonly group: 'common' | 'plain' | 'nested';
  load(): Promise<Command>;
}

/**
 * Every command of gantry. It repeats verbs and summaries so that one command's call loads one command's file; a test
 * holds the two together.
 */
export const commandIndex: readonly CommandEntry[] = [
  {
    id: 'container.list',
    verbs: ['ps', 'container ls', 'container list', 'container ps'],
    summary: 'List containers',
    group: 'common',
    load: async () => (await import('./container/list.ts')).containerList,
  },
  {
    id: 'container.stop',
    verbs: ['stop', 'container stop'],
    summary: 'Stop running containers',
    group: 'plain',
    load: async () => (await import('./container/stop.ts')).containerStop,
  },
  {
    id: 'image.prune',
    verbs: ['image prune'],
    summary: 'Remove unused images',
    group: 'nested',
    load: async () => (await import('./image/prune.ts')).imagePrune,
  },
];
