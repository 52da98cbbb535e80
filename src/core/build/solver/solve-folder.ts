import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { PlannedStage } from '../graph/build-plan.ts';
import { prepareCopy } from '../ops/copy.ts';
import type { BuildSession } from './build-session.ts';
import { makeExpander } from './expander.ts';
import { folderOrigin } from './origins.ts';
import { type SolvedStep, solveStep } from './solve-step.ts';
import { scratchState } from './stage-state.ts';

/** The state of a stage whose FROM names a context that is a folder: its files are the root, and nothing else is known. */
export function solveFolder(session: BuildSession, stage: PlannedStage, dir: string): Promise<SolvedStep> {
  const { platform, from } = stage;
  const state = scratchState(platform);
  const { position } = from;
  const instruction: CopyInstruction = {
    kind: 'copy',
    sources: ['/'],
    inline: [],
    destination: '/',
    from: undefined,
    chown: undefined,
    chmod: undefined,
    link: false,
    parents: false,
    exclude: [],
    checksum: undefined,
    keepGitDir: false,
    unpack: undefined,
    position,
    source: 'COPY / /',
  };
  const expand = makeExpander({ state, escape: '\\', position });
  const origin = folderOrigin(session, stage.name, dir);
  return solveStep(
    session,
    state,
    prepareCopy(session, state, { instruction, expand, vertex: from.id, origin }),
    from.id,
  );
}
