import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSpec } from '../../engine/containers.ts';
import type { JoinedNamespaces } from '../runtime/spec-requests.ts';
import type { ContainerContext } from './container-context.ts';
import { findContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { settle } from './settle.ts';

/** The namespaces of other containers that one is to be in. Rejects `conflict` when these do not run. */
export async function joinNamespaces(
  context: ContainerContext,
  { pid, ipc }: Pick<ContainerSpec, 'pid' | 'ipc'>,
): Promise<JoinedNamespaces> {
  const of = async (mode: string | undefined, what: string): Promise<number | undefined> =>
    mode?.startsWith('container:') === true
      ? livingProcess(context, mode.slice('container:'.length), what)
      : undefined;
  return { pid: await of(pid, 'PID'), ipc: await of(ipc, 'IPC') };
}

/** First process of a container that runs, in our PID namespace. */
export async function livingProcess(
  context: ContainerContext,
  idOrName: string,
  what: string,
): Promise<number> {
  const other = await settle(context, findContainer(context, idOrName));
  const pid = other?.run?.process?.pid;
  if (other !== undefined && pid !== undefined && isAlive(other.state)) return pid;
  throw new GantryError({
    kind: 'conflict',
    code: 'container-not-running',
    message: `cannot join ${what} of a non running container: ${other?.id ?? idOrName}`,
  });
}

/** `container:NAME` as `container:ID`: the name may pass to another. Throws `not-found`. */
export function canonicalMode(context: ContainerContext, mode: string | undefined): string | undefined {
  if (mode?.startsWith('container:') !== true) return mode;
  return `container:${findContainer(context, mode.slice('container:'.length)).id}`;
}
