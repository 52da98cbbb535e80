import { join } from 'node:path';

/** Where the engine keeps things. Everything lies below `root` and `run`; both are 0700. */
export interface EngineDirs {
  /** Survives a reboot. `/var/lib/gantry`, or `--root`. */
  readonly root: string;
  /** Gone after a reboot (sockets, pid files). `/run/gantry`, or `<root>/run` with `--root`. */
  readonly run: string;
  readonly database: string;
  readonly content: string;
  readonly snapshots: string;
  readonly containers: string;
  readonly volumes: string;
  readonly cache: string;
  readonly locks: string;
  /** Half-made things; a folder whose lock nobody holds is rubbish. */
  readonly temp: string;
}

export function engineDirs(root: string, run: string): EngineDirs {
  return {
    root,
    run,
    database: join(root, 'metadata.db'),
    content: join(root, 'content'),
    snapshots: join(root, 'snapshots'),
    containers: join(root, 'containers'),
    volumes: join(root, 'volumes'),
    cache: join(root, 'cache'),
    locks: join(root, 'locks'),
    temp: join(root, 'tmp'),
  };
}
