import { isAbsolute, join } from 'node:path';

/** Where a user's own things are kept (XDG Base Directory Specification). Nothing is made by asking. */
export interface UserDirs {
  /** What the user decided: preferences, themes. */
  readonly config: string;
  /** What only remembers: history. */
  readonly state: string;
}

export function userDirs(env: Readonly<Record<string, string | undefined>>): UserDirs {
  const home = env['HOME'] ?? '/';
  return {
    config: join(absolute(env['XDG_CONFIG_HOME']) ?? join(home, '.config'), 'gantry'),
    state: join(absolute(env['XDG_STATE_HOME']) ?? join(home, '.local/state'), 'gantry'),
  };
}

/** The specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
