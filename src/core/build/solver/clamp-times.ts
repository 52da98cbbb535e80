import { lstatSync, lutimesSync, readdirSync } from 'node:fs';
import type { Pacer } from '../tree/pacer.ts';

/**
 * Makes everything in a layer's folder no younger than SOURCE_DATE_EPOCH (reproducible-builds.org, "specs/source-date-epoch";
 * BuildKit's `rewrite-timestamp`): the same inputs make the same layer, whenever they are built.
 */
export async function clampTimes(dir: string, epochSeconds: number, pacer: Pacer): Promise<void> {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = `${dir}/${entry.name}`;
    if (entry.isDirectory()) await clampTimes(path, epochSeconds, pacer);
    else clamp(path, epochSeconds);
    if (pacer.isDue) await pacer.rest();
  }
  clamp(dir, epochSeconds);
}

function clamp(path: string, epochSeconds: number): void {
  if (lstatSync(path).mtimeMs > epochSeconds * 1000) lutimesSync(path, epochSeconds, epochSeconds);
}
