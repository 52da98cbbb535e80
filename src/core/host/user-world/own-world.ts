import type { ProcessIdentity } from '../process-identity.ts';
import { inUserNamespace } from '../user-namespace.ts';

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
export function worldNetworkPath({ keeper }: OwnWorld): string {
  return `/proc/${keeper.pid}/ns/net`;
}

/** Who answers for the machine's resolver in the world's networks, also for one on the machine's loopback. */
export function worldResolver(): string | undefined {
  return ownWorld() === undefined ? undefined : '10.0.2.3';
}
