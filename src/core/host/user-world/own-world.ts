import { GantryError } from '../../../base/gantry-error.ts';
import { isAlive, type ProcessIdentity } from '../process-identity.ts';
import { inUserNamespace } from '../user-namespace.ts';
import { readWorldFile } from './world-file.ts';

/** The world of a user who is not root, seen from inside. */
export interface OwnWorld {
  /** Who keeps its namespaces alive. */
  readonly keeper: ProcessIdentity;
  /** Where its files are: only they may enter it. */
  readonly folder: string;
}

/** Tells those inside of their world: `PID START-TIME FOLDER`. */
export const worldVariable = 'GANTRY_WORLD';

/** The world this process is in; undefined for root of the machine, and for root of a container that somebody else made. */
export function ownWorld(): OwnWorld | undefined {
  const text = process.env[worldVariable];
  if (text === undefined || !inUserNamespace()) return undefined;
  const [, pid, startTime, folder] = /^([1-9]\d{0,9}) (\d{1,20}) (\/.*)$/.exec(text) ?? [];
  if (pid === undefined || startTime === undefined || folder === undefined) return undefined;
  return { keeper: { pid: Number(pid), startTime }, folder };
}

export function worldText({ keeper, folder }: OwnWorld): string {
  return `${keeper.pid} ${keeper.startTime} ${folder}`;
}

/** The network namespace in which all bridges of the world are. */
export function worldNetworkPath({ keeper, folder }: OwnWorld): string {
  // Who kept it when we came may have been killed since, and another have taken over.
  const now = isAlive(keeper) ? keeper : readWorldFile(folder, 'world');
  if (now !== undefined && isAlive(now)) return `/proc/${now.pid}/ns/net`;
  throw new GantryError({
    kind: 'unavailable',
    code: 'world-lost',
    message: `process ${keeper.pid}, which keeps the network of your containers, was killed`,
    hint: 'start gantry once more, in any terminal: that mends it',
  });
}

/** Who answers for the machine's resolver in the world's networks, also for one on the machine's loopback. */
export function worldResolver(): string | undefined {
  return ownWorld() === undefined ? undefined : '10.0.2.3';
}
