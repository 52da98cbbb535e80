import { GantryError } from '../../base/gantry-error.ts';
import { bindMount, unmount } from '../host/mount.ts';
import { mountOverlay } from '../host/overlay-mount.ts';
import { folderState } from '../host/own-folder.ts';
import { mendHint } from '../host/store-error.ts';
import { isErrno } from '../host/system-error.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';

/**
 * Mounts a snapshot at `target`, a folder. Call it inside a private mount namespace. What is mounted there already goes
 * first: whoever restarts a container from its monitor's exit command is in the namespace of the run before.
 */
export function mountRoot(plan: MountPlan, target: string): void {
  unmountAll(target);
  try {
    mountPlan(plan, target);
  } catch (error) {
    throw isErrno(error, 'ENOENT', 'ENOTDIR') ? explainMissing(plan, error) : error;
  }
}

function mountPlan(plan: MountPlan, target: string): void {
  if (plan.kind === 'folder') {
    if (plan.folder === undefined) throw incomplete('folder');
    bindMount(plan.folder, target, { recursive: true });
    return;
  }
  const [only, second] = plan.lower;
  if (only === undefined) throw incomplete('lower');
  if (plan.upper === undefined && second === undefined) bindMount(only, target, { readOnly: true });
  else {
    mountOverlay({
      lower: plan.lower,
      upper: plan.upper,
      work: plan.work,
      target,
      readOnly: plan.upper === undefined,
    });
  }
}

function explainMissing(plan: MountPlan, cause: unknown): unknown {
  const missing = [...plan.lower, plan.upper, plan.folder].find(
    (path) => path !== undefined && folderState(path) !== 'folder',
  );
  if (missing === undefined) return cause;
  return new GantryError({
    kind: 'corrupt',
    code: 'snapshot-missing',
    message: `the files of a layer are gone: ${missing}`,
    hint: mendHint,
    details: { path: missing },
    cause,
  });
}

function unmountAll(target: string): void {
  for (;;) {
    try {
      unmount(target, { detach: true });
    } catch (error) {
      if (isErrno(error, 'EINVAL')) return;
      throw error;
    }
  }
}

function incomplete(part: string): GantryError {
  return new GantryError({ kind: 'internal', code: 'mount-plan', message: `a mount plan lacks its ${part}` });
}
