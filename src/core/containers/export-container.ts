import { closeSync } from 'node:fs';
import { cloneMount } from '../host/clone-mount.ts';
import { packLayer } from '../layers/diff-layer.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';
import { eventOf } from './change-record.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import { type PrivateView, privateView } from './container-root.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { settle } from './settle.ts';
import { tell } from './tell.ts';

/** The port's `export`. What changes meanwhile is in it as it was when it was read. */
export async function* exportContainer(
  context: ContainerContext,
  idOrName: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const record = await settle(context, findContainer(context, idOrName), signal);
  if (record === undefined) throw noSuchContainer(idOrName);
  const pid = record.run?.process?.pid;
  const plan = (await context.snapshots()).mountPlan(snapshotKey(record.id));
  using root =
    pid !== undefined && isAlive(record.state) ? livingRoot(pid) : privateView(context, readOnly(plan));
  tell(context, { type: 'container.exported', ...eventOf(record) });
  // Scripts take single files out by the names that docker gives them: without a dot before them.
  const tree = { folderFd: root.fd, name: '.', as: '' };
  yield* packLayer(tree, { compression: 'none', signal }).chunks;
}

function livingRoot(pid: number): PrivateView {
  const fd = cloneMount(pid);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

/** It may be started while we read: an upper folder is mounted for writing once only. */
function readOnly(plan: MountPlan): MountPlan {
  if (plan.upper === undefined) return plan;
  return { ...plan, lower: [plan.upper, ...plan.lower], upper: undefined, work: undefined };
}
