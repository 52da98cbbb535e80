import { GantryError } from '../../base/gantry-error.ts';
import type { CallOptions } from '../../engine/operation.ts';
import type { StoreCheckDepth, StoreFinding, StoreReport } from '../../engine/store-report.ts';
import { buildCacheRoots } from '../build/solver/cache-roots.ts';
import type { ContainerContext } from '../containers/container-context.ts';
import { containerRoots } from '../containers/container-roots.ts';
import type { CoreServices } from '../core-services.ts';
import { sweepCgroups } from '../host/cgroups/sweep-cgroups.ts';
import { findGarbage } from '../images/garbage.ts';
import { imageRecords } from '../images/image-records.ts';
import { makeRoom } from '../metadata/reserve.ts';
import { volumeRecords } from '../volumes/volume-record.ts';
import { checkBuilds } from './check-builds.ts';
import { checkContainers } from './check-containers.ts';
import { checkContent } from './check-content.ts';
import type { DatabaseCheck } from './check-database.ts';
import { checkDocuments } from './check-documents.ts';
import { checkFiles } from './check-files.ts';
import { checkFolders } from './check-folders.ts';
import { checkImageConfigs } from './check-image-configs.ts';
import { checkImageIndex } from './check-image-index.ts';
import { checkLayers } from './check-layers.ts';
import { checkLeases } from './check-leases.ts';
import { checkLocks } from './check-locks.ts';
import { checkLostImages } from './check-lost-images.ts';
import { checkLostSnapshots } from './check-lost-snapshots.ts';
import { checkNames } from './check-names.ts';
import { checkRecords } from './check-records.ts';
import { checkRunState } from './check-run-state.ts';
import { checkSnapshotIndex } from './check-snapshot-index.ts';
import { checkSnapshots } from './check-snapshots.ts';
import { checkVolumes } from './check-volumes.ts';
import { nameOf } from './image-words.ts';
import type { CheckContext, Problem, StoreCheck } from './problem.ts';
import { readSound } from './sound-entries.ts';

/** What is looked at, in words, in an order in which each can build upon what those before it have mended. */
const checks: readonly (readonly [what: string, check: StoreCheck])[] = [
  ['the folders of the store', checkFolders],
  ['the locks', checkLocks],
  ['the records', checkRecords],
  ['the leases', checkLeases],
  ['lost layers', checkLostSnapshots],
  ['lost images', checkLostImages],
  ['the records of images', checkImageConfigs],
  ['the names of images', checkNames],
  ['the index of images', checkImageIndex],
  ['the blobs', checkContent],
  ['the documents of images', checkDocuments],
  ['the layers', checkLayers],
  ['the build cache', checkBuilds],
  ['the containers', checkContainers],
  ['the index of layers', checkSnapshotIndex],
  ['the snapshots', checkSnapshots],
  ['the volumes', checkVolumes],
  ['the run-time state', checkRunState],
  ['the files beside', checkFiles],
];

export interface StoreCheckOptions extends CallOptions {
  readonly depth?: StoreCheckDepth;
  readonly repair?: boolean;
  /** What was found of the database before it was opened. */
  readonly database?: DatabaseCheck | undefined;
}

/** Looks at everything the engine keeps, one check after the other, and mends what they find if that is wanted. */
export async function checkStore(
  services: CoreServices,
  containers: ContainerContext,
  {
    depth = 'normal',
    repair = false,
    database,
    signal = new AbortController().signal,
  }: StoreCheckOptions = {},
): Promise<StoreReport> {
  if (repair) {
    makeRoom(services.dirs.database);
    // Of whatever root: nothing of this one's that could be told of.
    sweepCgroups(Date.now());
  }
  const context: CheckContext = {
    services,
    containers,
    depth,
    signal,
    recordsAreLost: database?.state === 'salvaged' || isStrangersDatabase(services),
    counts: { blobs: 0, blobBytes: 0, layers: 0 },
    alteredBlobs: new Set(),
    incomplete: new Set(),
  };
  const findings: StoreFinding[] = [...(database?.findings ?? [])];
  for (const [what, check] of checks) {
    try {
      for await (const problem of check(context)) {
        signal.throwIfAborted();
        findings.push(repair ? await mended(problem) : finding(problem, 'found'));
      }
    } catch (error) {
      const failure = GantryError.from(error);
      if (failure.kind === 'cancelled') throw error;
      if (!isTold(failure, findings)) findings.push(unchecked(what, failure));
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

/** Somebody has put it in the place of one that was damaged or lost: it knows no snapshot, and there are layers. */
function isStrangersDatabase({ snapshots }: CoreServices): boolean {
  try {
    const isEmpty = snapshots.list().next().done === true;
    return isEmpty && snapshots.strays().folders.some(({ label }) => label?.kind === 'committed');
  } catch {
    return false;
  }
}

/** A check that cannot go on keeps nobody from the others. */
function unchecked(what: string, { message, hint }: GantryError): StoreFinding {
  return {
    code: 'check-failed',
    severity: 'damage',
    subject: what,
    message: `cannot check ${what}: ${message}`,
    status: 'not-mended',
    remedy: hint ?? 'see to that first, and check again',
  };
}

/**
 * What stands in the place of a folder keeps several checks from going on, and so does a record that cannot be read, as
 * long as it is not mended.
 */
function isTold({ kind, code, details }: GantryError, findings: readonly StoreFinding[]): boolean {
  if (code === 'store-folder-replaced')
    return findings.some((told) => told.code === 'folder-replaced' && told.subject === details['path']);
  return (
    kind === 'corrupt' && findings.some((told) => told.code === 'record-damaged' && told.status === 'found')
  );
}

async function mended(problem: Problem): Promise<StoreFinding> {
  if (problem.mend === undefined) return finding(problem, 'not-mended');
  try {
    await problem.mend();
    return finding({ ...problem, remedy: problem.done }, 'mended');
  } catch (error) {
    const { kind, message } = GantryError.from(error);
    if (kind === 'cancelled') throw error;
    return finding({ ...problem, remedy: message }, 'not-mended');
  }
}

function finding(problem: Problem, status: StoreFinding['status']): StoreFinding {
  const { code, severity, subject, message, remedy } = problem;
  return {
    ...{ code, severity, subject, message, status, remedy },
    ...(problem.mend === undefined && { byHand: true }),
  };
}

/** Those that no finding tells of. */
async function partDownloads(
  { content }: CoreServices,
  findings: readonly StoreFinding[],
): Promise<StoreReport['partDownloads']> {
  const told = new Set(findings.map(({ subject }) => subject));
  const all = await unlessDamaged(() => content.leftovers(0), []);
  const kept = all.filter(({ digest, path }) => digest !== undefined && !told.has(path));
  return { count: kept.length, sizeBytes: kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

function unusedBytes(services: CoreServices): Promise<number> {
  const { metadata } = services;
  return unlessDamaged(async () => {
    const { content, snapshots } = await findGarbage(services, [
      buildCacheRoots(metadata),
      containerRoots(services),
    ]);
    const sizes = [...content, ...snapshots].map(({ sizeBytes }) => sizeBytes ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  }, 0);
}

/** Damage is told of in the findings; nothing can be said to be unused then. */
async function unlessDamaged<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (GantryError.from(error).kind === 'cancelled') throw error;
    return otherwise;
  }
}
