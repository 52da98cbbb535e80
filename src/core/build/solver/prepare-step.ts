import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import { applyConfig } from '../ops/apply-config.ts';
import { prepareCopy } from '../ops/copy.ts';
import { prepareRun } from '../ops/run.ts';
import { prepareWorkdir } from '../ops/workdir.ts';
import type { BuildSession } from './build-session.ts';
import { makeExpander } from './expander.ts';
import type { Origins } from './origins.ts';
import type { StageState } from './stage-state.ts';
import type { StepWork } from './step-work.ts';

/** Makes an instruction ready to be looked up or executed. Throws what is wrong with its values. */
export async function prepareStep(
  session: BuildSession,
  state: StageState,
  instruction: StageInstruction,
  vertex: string,
  origins: Origins,
): Promise<StepWork> {
  const { plan } = session;
  const expand = makeExpander({
    state,
    escape: plan.directives.escape,
    position: instruction.position,
  });
  switch (instruction.kind) {
    case 'run': {
      const solved = await origins.ofRun(instruction);
      return prepareRun(session, state, { instruction, expand, vertex, originOf: solved });
    }
    case 'copy':
    case 'add': {
      const origin = await origins.ofCopy(instruction);
      return prepareCopy(session, state, { instruction, expand, vertex, origin });
    }
    case 'workdir':
      return prepareWorkdir(session, state, instruction, expand);
    default: {
      const { buildArgs } = session;
      const { globalArgs } = plan;
      return { kind: 'config', ...applyConfig(instruction, { state, expand, buildArgs, globalArgs }) };
    }
  }
}
