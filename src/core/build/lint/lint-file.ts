import { isBlank } from '../dockerfile/blank.ts';
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
  lintCasing(stages, sink);
}

/** The word an instruction begins with, as it was written. */
export function keywordOf({ source }: Pick<Instruction, 'source'>): string {
  let end = 0;
  while (end < source.length && !isBlank(source[end] as string)) end += 1;
  return source.slice(0, end);
}

function lintCasing(stages: Dockerfile['stages'], sink: DiagnosticSink): void {
  // Few words, many instructions.
  const counts = new Map<string, number>();
  const count = (instruction: Instruction): void => {
    const keyword = keywordOf(instruction);
    counts.set(keyword, (counts.get(keyword) ?? 0) + 1);
  };
  for (const { from, instructions } of stages) {
    count(from);
    for (const instruction of instructions) count(instruction);
  }
  let lower = 0;
  let upper = 0;
  for (const [keyword, times] of counts) {
    if (keyword === keyword.toLowerCase()) lower += times;
    else if (keyword === keyword.toUpperCase()) upper += times;
  }
  const isLower = lower > upper;
  const isOdd = (keyword: string): boolean =>
    keyword !== (isLower ? keyword.toLowerCase() : keyword.toUpperCase());
  const odd = new Set([...counts.keys()].filter(isOdd));
  if (odd.size === 0) return;
  const check = (instruction: Instruction): void => {
    const keyword = keywordOf(instruction);
    if (!odd.has(keyword)) return;
    const casing = isLower ? 'lowercase' : 'uppercase';
    sink.finding('ConsistentInstructionCasing', instruction.position, keyword, casing);
  };
  for (const { from, instructions } of stages) {
    check(from);
    for (const instruction of instructions) check(instruction);
  }
}
