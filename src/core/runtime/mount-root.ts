import { GantryError } from '../../base/gantry-error.ts';
import { bindMount } from '../host/mount.ts';
import { mountOverlay } from '../host/overlay-mount.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';

/** Mounts a snapshot at `target`, a folder. Call it inside a private mount namespace. */
export function mountRoot(plan: MountPlan, target: string): void {
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

function incomplete(part: string): GantryError {
  return new GantryError({ kind: 'internal', code: 'mount-plan', message: `a mount plan lacks its ${part}` });
}
