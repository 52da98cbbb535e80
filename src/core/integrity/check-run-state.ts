import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { isInhabited } from '../containers/container-remains.ts';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import type { CheckContext, Problem } from './problem.ts';

/** What OCI runtimes remember of containers that are none of ours any more. What still runs is left running. */
export function* checkRunState({ containers, services }: CheckContext): Generator<Problem> {
  const { dirs } = services;
  for (const runtime of ['crun', 'runc']) {
    for (const id of ownNamesIn(join(dirs.run, runtime))) {
      const path = join(dirs.run, runtime, id);
      // A build's step, whose scratch folder has its name; of a killed build, the next one ends it.
      const isStep = globSync(join(dirs.temp, 'build-*', id)).length > 0;
      // Told of with its folder.
      const isTold = folderState(join(dirs.containers, id)) === 'folder' && isInhabited(dirs, id);
      if (isStep || isTold || containers.records.has(id) || !existsSync(path)) continue;
      yield {
        code: 'stray-run-state',
        severity: 'leftover',
        subject: path,
        message: `${runtime} knows of container ${id}, which is not here`,
        remedy: 'have it forgotten, if nothing runs in it',
        done: 'forgotten',
        mend: async () => {
          // Rejects when something runs in it.
          if (!containers.records.has(id))
            await (await containers.runtime()).delete(id, join(dirs.containers, id));
        },
      };
    }
  }
}
