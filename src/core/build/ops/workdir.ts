import { wholeSeconds } from '../../host/file-times.ts';
import type { WorkdirInstruction } from '../dockerfile/instruction.ts';
import { cleanPath } from '../glob/clean-path.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { stepTime } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { StepWork } from '../solver/step-work.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { parseChown } from './accounts.ts';

/** WORKDIR: relative to the one before; the folder is made, of the current USER, when it is missing. */
export function prepareWorkdir(
  session: BuildSession,
  state: StageState,
  instruction: WorkdirInstruction,
  expand: Expander,
): StepWork {
  const path = absolutePath(state, expand.word(instruction.path));
  const next: StageState = { ...state, config: { ...state.config, WorkingDir: path } };
  const createdBy = `WORKDIR ${path}`;
  if (path === '/') return { kind: 'config', state: next, createdBy };
  const user = state.config.User ?? '';
  const keyOn = (below: string | null): string =>
    cacheKey('workdir', { below, path, user, epoch: session.epochSeconds ?? null });
  return {
    kind: 'layer',
    state: next,
    createdBy,
    keys: [() => keyOn(state.chainId ?? null)],
    definedKey: keyOn,
    takesFromStages: false,
    async write({ tree, upperDir }) {
      const resolved = resolveInTree(tree, path);
      if (tree.lookup(resolved)?.stats.isDirectory() === true) return false;
      const writer = new TreeWriter(tree, upperDir);
      writer.ensureFolder(
        resolved,
        user === '' ? { uid: 0, gid: 0 } : parseChown(tree, user),
        wholeSeconds(stepTime(session).getTime() / 1000),
      );
      writer.finish();
      return true;
    },
  };
}

/** A path of the stage as seen from its WORKDIR: absolute and clean. */
export function absolutePath(state: StageState, path: string): string {
  return cleanPath(path.startsWith('/') ? path : `${state.config.WorkingDir || '/'}/${path}`);
}
