import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSpec } from '../../engine/containers.ts';
import type { OciKind } from './runtime.ts';

/**
 * The OCI runtime that somebody asked for, by its name or the one it has with Docker. Undefined: the usual one. Throws
 * `invalid` / `runtime-name` in Docker's words.
 */
export function ociKind({ runtime }: Pick<ContainerSpec, 'runtime'>): OciKind | undefined {
  switch (runtime) {
    case undefined:
      return undefined;
    case 'crun':
    case 'runc':
      return runtime;
    case 'io.containerd.runc.v2':
      return 'runc';
    default:
      throw new GantryError({
        kind: 'invalid',
        code: 'runtime-name',
        message: `unknown or invalid runtime name: ${runtime.slice(0, 100)}`,
        hint: 'gantry runs containers by crun or runc; without --runtime it chooses.',
      });
  }
}
