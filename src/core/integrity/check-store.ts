import { GantryError } from '../../base/gantry-error.ts';
import type { CallOptions } from '../../engine/operation.ts';
import type { StoreCheckDepth, StoreFinding, StoreReport } from '../../engine/store-report.ts';
import { buildCacheRoots } from '../build/solver/cache-roots.ts';
import type { ContainerContext } from '../containers/container-context.ts';
import { containerRoots } from '../containers/container-roots.ts';
import type { CoreServices } from '../core-services.ts';
import { findGarbage } from '../images/garbage.ts';
import { imageRecords } from '../images/image-records.ts';
import { volumeRecords } from '../volumes/volume-record.ts';
import { checkBuilds } from './check-builds.ts';
import { checkContainers } from './check-containers.ts';
import { checkContent } from './check-content.ts';
import { checkDocuments, nameOf } from './check-documents.ts';
import { checkFiles } from './check-files.ts';
import { checkLayers } from './check-layers.ts';
import { checkLeases } from './check-leases.ts';
import { checkNames } from './check-names.ts';
import { checkRecords } from './check-records.ts';
import { checkRunState } from './check-run-state.ts';
import { checkSnapshots } from './check-snapshots.ts';
import { checkVolumes } from './check-volumes.ts';
import type { CheckContext, Problem, StoreCheck } from './problem.ts';
import { readSound } from './sound-entries.ts';

/** In an order in which each can build upon what those before it have mended. */
const checks: readonly StoreCheck[] = [
  checkRecords,
  checkLeases,
  checkNames,
  checkContent,
  checkDocuments,
  checkLayers,
  checkBuilds,
  checkContainers,
  checkSnapshots,
  checkVolumes,
  checkRunState,
  checkFiles,
];

export interface StoreCheckOptions extends CallOptions {
  readonly depth?: StoreCheckDepth;
  readonly repair?: boolean;
}

/** Looks at everything the engine keeps, one check after the other, and mends what they find if that is wanted. */
export async function checkStore(
  services: CoreServices,
  containers: ContainerContext,
  { depth = 'normal', repair = false, signal = new AbortController().signal }: StoreCheckOptions = {},
): Promise<StoreReport> {
  const context: CheckContext = {
    services,
    containers,
    depth,
    signal,
    counts: { blobs: 0, blobBytes: 0, layers: 0 },
    incomplete: new Set(),
  };
  const findings: StoreFinding[] = [];
  for (const check of checks) {
    for await (const problem of check(context)) {
      signal.throwIfAborted();
      findings.push(repair ? await mended(problem) : finding(problem, 'found'));
    }
  }
  const { metadata } = services;
  const { images } = imageRecords(metadata);
  return {
    depth,
    repair,
    checked: {
      ...context.counts,
      images: images.count(),
      containers: containers.records.count(),
      volumes: volumeRecords(metadata).volumes.count(),
    },
    findings,
    incompleteImages: [...context.incomplete].flatMap((id) => {
      const record = readSound(images, id);
      return record === undefined ? [] : [nameOf(id, record)];
    }),
    unusedBytes: await unusedBytes(services),
    partDownloads: await partDownloads(services, findings),
  };
}

async function mended(problem: Problem): Promise<StoreFinding> {
  if (problem.mend === undefined) return finding(problem, 'not-mended');
  try {
    await problem.mend();
    return finding(problem, 'mended');
  } catch (error) {
    const { kind, message } = GantryError.from(error);
    if (kind === 'cancelled') throw error;
    return finding({ ...problem, remedy: message }, 'not-mended');
  }
}

function finding(problem: Problem, status: StoreFinding['status']): StoreFinding {
  const { code, severity, subject, message, remedy } = problem;
  return { code, severity, subject, message, status, remedy };
}

/** Those that no finding tells of. */
async function partDownloads(
  { content }: CoreServices,
  findings: readonly StoreFinding[],
): Promise<StoreReport['partDownloads']> {
  const told = new Set(findings.map(({ subject }) => subject));
  const kept = (await content.leftovers(0)).filter(
    ({ digest, path }) => digest !== undefined && !told.has(path),
  );
  return { count: kept.length, sizeBytes: kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

async function unusedBytes(services: CoreServices): Promise<number> {
  const { metadata } = services;
  try {
    const { content, snapshots } = await findGarbage(services, [
      buildCacheRoots(metadata),
      containerRoots(metadata),
    ]);
    const sizes = [...content, ...snapshots].map(({ sizeBytes }) => sizeBytes ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    // A damaged record, which is told of above: nothing can be said to be unused then.
    if (GantryError.from(error).kind === 'corrupt') return 0;
    throw error;
  }
}
