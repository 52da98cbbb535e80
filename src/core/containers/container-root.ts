import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import { posix } from 'node:path';
import { mountInside } from '../files/mount-inside.ts';
import { mount, mountFlags } from '../host/mount.ts';
import { openOwnNamespace } from '../host/namespaces.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { isAlive as processLives } from '../host/process-identity.ts';
import { isErrno } from '../host/system-error.ts';
import { placeFlag } from '../layers/held-folder.ts';
import { holdParts } from '../runtime/hold-parts.ts';
import { mountRoot } from '../runtime/mount-root.ts';
import type { FolderPart } from '../runtime/runtime.ts';
import type { ResolvedMount } from '../runtime/spec/mounts.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';
import { type ContainerContext, containerDir, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { lockContainer } from './lock-container.ts';
import { resolveMounts } from './resolve-mounts.ts';
import { settle, settleLocked } from './settle.ts';
import { volumeParts } from './volume-parts.ts';

/** The file system of a container, held by a descriptor of its root. */
export interface ContainerRoot extends Disposable {
  readonly record: ContainerRecord;
  readonly fd: number;
}

/**
 * The tree a container sees, or would see if it ran, with its volumes and binds. One that runs is looked at through
 * its process; of one that does not, the mounts are made in a namespace that nobody is in, which goes with its last
 * descriptor, and nobody starts or removes it meanwhile.
 */
export async function openContainerRoot(
  context: ContainerContext,
  idOrName: string,
  signal?: AbortSignal,
): Promise<ContainerRoot> {
  const settled = await settle(context, findContainer(context, idOrName), signal);
  if (settled === undefined) throw noSuchContainer(idOrName);
  const living = livingRoot(settled);
  if (living !== undefined) return living;
  const lock = await lockContainer(context, settled.id, signal);
  try {
    const record = await settleLocked(context, settled.id);
    if (record === undefined) throw noSuchContainer(idOrName);
    const started = livingRoot(record);
    if (started !== undefined) {
      lock[Symbol.dispose]();
      return started;
    }
    const volumes = record.mounts.some(({ type }) => type === 'volume') ? await context.volumes() : undefined;
    const plan = (await context.snapshots()).mountPlan(snapshotKey(record.id));
    const parts = volumeParts(record.mounts, volumes, containerDir(context, record.id));
    const view = privateView(context, plan, resolveMounts(record.mounts, volumes, parts), {
      readOnly: record.spec.readOnlyRootfs === true,
      parts: [...parts.values()],
    });
    return {
      record,
      fd: view.fd,
      [Symbol.dispose]() {
        view[Symbol.dispose]();
        lock[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** Undefined when it has no process. */
function livingRoot(record: ContainerRecord): ContainerRoot | undefined {
  const process = record.run?.process;
  if (process === undefined || !isAlive(record.state)) return undefined;
  let fd: number;
  try {
    fd = openSync(`/proc/${process.pid}/root`, placeFlag | constants.O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES')) return undefined;
    throw error;
  }
  // Another process by now: what was opened is its root, not ours.
  if (!processLives({ pid: process.pid, startTime: process.pidStartTime })) {
    closeSync(fd);
    return undefined;
  }
  return { record, fd, [Symbol.dispose]: () => closeSync(fd) };
}

/** A descriptor of a root mounted where nobody else sees it. */
export interface PrivateView extends Disposable {
  readonly fd: number;
}

/** Mounts a snapshot, and upon it what a container has mounted, in a namespace of its own. */
export function privateView(
  { dirs }: Pick<ContainerContext, 'dirs'>,
  plan: MountPlan,
  mounts: readonly ResolvedMount[] = [],
  {
    readOnly = false,
    parts = [],
  }: { readonly readOnly?: boolean; readonly parts?: readonly FolderPart[] } = {},
): PrivateView {
  const target = posix.join(dirs.run, 'rootfs');
  mkdirSync(target, { recursive: true, mode: 0o700 });
  using held = holdParts(parts);
  return withPrivateMounts(() => {
    held.place();
    mountRoot(plan, target);
    const fd = openSync(target, placeFlag | constants.O_DIRECTORY);
    try {
      mountInside(fd, mounts);
      if (readOnly) {
        mount({
          source: target,
          target,
          flags: mountFlags.bind | mountFlags.remount | mountFlags.readOnly,
        });
      }
      // While it is open the namespace lives, and the mounts upon the root stay where they are.
      const namespace = openOwnNamespace('mnt');
      return {
        fd,
        [Symbol.dispose]() {
          closeSync(fd);
          closeSync(namespace);
        },
      };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}
