import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction } from '../dockerfile/instruction.ts';

const reservedNames: ReadonlySet<string> = new Set(['scratch', 'context']);

/** Checks that need nothing but the whole file. */
export function lintFile({ stages }: Pick<Dockerfile, 'stages'>, sink: DiagnosticSink): void {
  const names = new Set<string>();
  for (const { from } of stages) {
    const { stageName } = from;
    if (stageName === undefined) continue;
    if (reservedNames.has(stageName)) sink.finding('ReservedStageName', from.position, stageName);
    if (names.has(stageName)) sink.finding('DuplicateStageName', from.position, stageName);
    names.add(stageName);
  }
  lintCasing(
    stages.flatMap(({ from, instructions }) => [from, ...instructions]),
    sink,
  );
}

/** The word an instruction begins with, as it was written. */
export function keywordOf({ source }: Pick<Instruction, 'source'>): string {
  return /^\S*/.exec(source)?.[0] ?? '';
}

function lintCasing(instructions: readonly Instruction[], sink: DiagnosticSink): void {
  let lower = 0;
  let upper = 0;
  const keywords = instructions.map(keywordOf);
  for (const keyword of keywords) {
    if (keyword === keyword.toLowerCase()) lower += 1;
    else if (keyword === keyword.toUpperCase()) upper += 1;
  }
  const isLower = lower > upper;
  for (const [index, { position }] of instructions.entries()) {
    const keyword = keywords[index] as string;
    if (keyword === (isLower ? keyword.toLowerCase() : keyword.toUpperCase())) continue;
    sink.finding('ConsistentInstructionCasing', position, keyword, isLower ? 'lowercase' : 'uppercase');
  }
}
