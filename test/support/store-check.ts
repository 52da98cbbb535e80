import { expect } from 'vitest';
import { containerContext } from '../../src/core/containers/container-context.ts';
import type { CoreServices } from '../../src/core/core-services.ts';
import { checkStore, type StoreCheckOptions } from '../../src/core/integrity/check-store.ts';
import { openVolumeStore } from '../../src/core/volumes/open-volume-store.ts';
import type { StoreReport } from '../../src/engine/store-report.ts';

/** Checks a store that has no containers: what these would need is not there. */
export async function checkCore(core: CoreServices, options: StoreCheckOptions = {}): Promise<StoreReport> {
  const unused = () => Promise.reject(new Error('not part of this test'));
  const containers = containerContext({
    dirs: core.dirs,
    metadata: core.metadata,
    content: async () => core.content,
    images: async () => core.images,
    snapshots: async () => core.snapshots,
    runtime: unused,
    networking: unused,
    sweepImages: unused,
    volumes: async () => openVolumeStore(core),
    selfCommand: [],
  });
  return checkStore(core, containers, options);
}

/** `code status` of each finding. */
export function foundIn({ findings }: StoreReport): readonly string[] {
  return findings.map(({ code, status }) => `${code} ${status}`);
}

/** Finds exactly this, touches nothing; mends it; finds nothing any more. */
export async function expectMended(
  core: CoreServices,
  wanted: readonly string[],
  options: StoreCheckOptions = {},
): Promise<StoreReport> {
  for (let look = 0; look < 2; look += 1) {
    expect(foundIn(await checkCore(core, options))).toEqual(wanted.map((code) => `${code} found`));
  }
  const report = await checkCore(core, { ...options, repair: true });
  expect(report.findings.filter(({ status }) => status !== 'mended')).toEqual([]);
  expect((await checkCore(core, { ...options, depth: 'full' })).findings).toEqual([]);
  return report;
}
