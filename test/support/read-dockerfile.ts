import { DiagnosticSink } from '../../src/core/build/dockerfile/diagnostic-sink.ts';
import { dumpTree } from '../../src/core/build/dockerfile/dump-tree.ts';
import { parseDockerfile } from '../../src/core/build/dockerfile/parse-dockerfile.ts';
import { planBuild } from '../../src/core/build/graph/plan-build.ts';
import { lintStage } from '../../src/core/build/lint/lint-stage.ts';
import { knowledgeOf } from '../../src/core/build/lint/stage-knowledge.ts';

const buildPlatform = { os: 'linux', architecture: 'amd64' };

/**
 * Everything that reads a Dockerfile before anything is built. Result: what was found wrong with it, in words.
 * @throws Error where something is found at lines the file has not got
 */
export function readDockerfile(text: string): readonly string[] {
  const parsed = parseDockerfile(text, 'D');
  const found = [...parsed.diagnostics, ...dumpTree(text, 'D').diagnostics];
  if (parsed.value !== undefined) {
    const options = { file: 'D', target: undefined, buildArgs: {}, buildPlatform, targetPlatform: undefined };
    const planned = planBuild(parsed.value, { ...options, allStages: true });
    const sink = new DiagnosticSink('D');
    for (const { steps } of planned.value?.stages ?? []) {
      const lint = { escape: '\\', buildArgs: {}, globalArgs: new Map(), isIgnored: () => false };
      const instructions = steps.map(({ instruction }) => instruction);
      lintStage(instructions, knowledgeOf({}), lint, sink);
    }
    found.push(...planned.diagnostics, ...sink.diagnostics);
  }
  const last = text.split('\n').length;
  for (const { position, message } of found) {
    if (position.line >= 1 && position.endLine <= last) continue;
    throw new Error(`“${message}” is at lines ${position.line} to ${position.endLine} of ${last}`);
  }
  return found.map(({ message }) => message);
}
