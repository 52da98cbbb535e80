import { statSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import type { Resources } from '../../../engine/containers.ts';
import { deviceParts } from '../../host/make-node.ts';

/**
 * `linux.resources.blockIO` (config-linux.md): weight and limits of devices, which the request names by path.
 * @throws GantryError `invalid` / `resources` for what is no device, and for a weight Docker refuses
 */
export function blockIoLimits(resources: Resources): Readonly<Record<string, unknown>> | undefined {
  const { blkioWeight, blkioWeightDevices, deviceRates } = resources;
  if (blkioWeight) checkWeight(blkioWeight);
  for (const { weight } of blkioWeightDevices ?? []) checkWeight(weight);
  const limits = {
    ...(blkioWeight ? { weight: blkioWeight } : {}),
    ...(blkioWeightDevices?.length
      ? { weightDevice: blkioWeightDevices.map(({ path, weight }) => ({ ...deviceOf(path), weight })) }
      : {}),
    ...Object.fromEntries(
      rates.flatMap(([name, key]) => {
        const own = (deviceRates ?? []).filter(({ kind }) => kind === name);
        return own.length === 0 ? [] : [[key, own.map(({ path, rate }) => ({ ...deviceOf(path), rate }))]];
      }),
    ),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

const rates = [
  ['read-bps', 'throttleReadBpsDevice'],
  ['write-bps', 'throttleWriteBpsDevice'],
  ['read-iops', 'throttleReadIOPSDevice'],
  ['write-iops', 'throttleWriteIOPSDevice'],
] as const;

function deviceOf(path: string): { readonly major: number; readonly minor: number } {
  const facts = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (facts?.isBlockDevice() || facts?.isCharacterDevice()) return deviceParts(facts.rdev);
  throw bad(`stat ${path}: ${facts === undefined ? 'no such file or directory' : 'not a device'}`);
}

function checkWeight(weight: number): void {
  if (weight >= 10 && weight <= 1000) return;
  throw bad(`Range of blkio weight is from 10 to 1000: ${weight}`);
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'resources', message });
}
