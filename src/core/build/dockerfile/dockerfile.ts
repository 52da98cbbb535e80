import type { Directives } from './directives.ts';
import type { ArgInstruction, FromInstruction, Instruction } from './instruction.ts';

/** A Dockerfile that parsed. */
export interface Dockerfile {
  readonly directives: Directives;
  /** ARGs before the first FROM: they exist for FROM lines, and for an `ARG name` that asks for them. */
  readonly globalArgs: readonly ArgInstruction[];
  /** At least one. */
  readonly stages: readonly Stage[];
}

export interface Stage {
  readonly index: number;
  readonly from: FromInstruction;
  readonly instructions: readonly StageInstruction[];
}

export type StageInstruction = Exclude<Instruction, FromInstruction>;
