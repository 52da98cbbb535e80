import { baseImage } from './base-images.ts';
import { setup as buildIfStale } from './build-if-stale.ts';
import { type GantryCli, gantryCli } from './gantry-cli.ts';
import { type TempRoot, tempRoot } from './temp-root.ts';

/** The built command line on a root of its own, with busybox as an image that runs `true`. */
export interface CliStand extends AsyncDisposable {
  readonly gantry: GantryCli;
  readonly root: TempRoot;
}

/** Disposing of it removes the containers, and then everything, as {@link tempRoot} does. */
export async function cliStand(): Promise<CliStand> {
  buildIfStale();
  const root = await tempRoot();
  const gantry = gantryCli(root);
  await gantry.must('import', '-c', 'CMD ["true"]', await baseImage('busybox'), 'busybox:latest');
  return {
    gantry,
    root,
    async [Symbol.asyncDispose]() {
      await using _root = root;
      const ids = (await gantry.must('ps', '-aq')).split('\n').filter((id) => id !== '');
      if (ids.length > 0) await gantry.must('rm', '-f', '-v', ...ids);
    },
  };
}
