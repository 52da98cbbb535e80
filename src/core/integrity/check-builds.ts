import { cacheRecords } from '../build/solver/cache-records.ts';
import { endStepWith } from '../build/solver/step-guard.ts';
import { clearAbandonedBuilds, findAbandonedBuilds } from '../build/solver/workspace.ts';
import type { CheckContext, Problem } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Scratch folders and locks of builds that were killed, and cached steps whose layers are gone. */
export function* checkBuilds({ services, containers }: CheckContext): Generator<Problem> {
  for (const id of findAbandonedBuilds(services)) {
    yield {
      code: 'killed-build',
      severity: 'leftover',
      subject: id,
      message: `build ${id} was killed and has left its working folder`,
      remedy: 'end its steps and remove it',
      done: 'its steps were ended and it was removed',
      mend: () => clearAbandonedBuilds(services, endStepWith(containers)),
    };
  }
  const records = cacheRecords(services.metadata);
  for (const [key, { layer, description }] of soundEntries(records)) {
    if (layer === undefined || services.snapshots.has(layer.chainId) || !records.has(key)) continue;
    yield {
      code: 'stray-cache-record',
      severity: 'leftover',
      subject: key,
      message: `the build cache names a layer that is gone, for the step "${description.slice(0, 60)}"`,
      remedy: 'forget it',
      done: 'forgotten',
      mend: () => void records.delete(key),
    };
  }
}
