import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import type { Platform } from '../../../oci/platform.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import { runsHere } from '../../host/emulation.ts';
import { hostPlatform } from '../../host/host-platform.ts';

/** Throws `unavailable` / `platform-not-runnable` where a step for a platform cannot be executed. */
export function requireRunnable(platform: Platform, position: SourcePosition): void {
  if (runsHere(platform)) return;
  const wanted = formatPlatform(platform);
  throw new GantryError({
    kind: 'unavailable',
    code: 'platform-not-runnable',
    message: `RUN for ${wanted} cannot be executed on ${formatPlatform(hostPlatform())}: no emulator is registered`,
    hint: `apt-get install qemu-user-static registers one; or build on ${wanted}, or FROM --platform=$BUILDPLATFORM where it need not run there`,
    details: { position },
  });
}
