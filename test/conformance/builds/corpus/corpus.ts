import { copyCases } from './copies.ts';
import type { CorpusCase } from './corpus-case.ts';
import { instructionCases } from './instructions.ts';
import { languageCases } from './language.ts';
import { stageCases } from './stages.ts';

/** Dockerfiles of our own for every row of what users of Docker expect of a build. */
export const corpus: readonly CorpusCase[] = [
  ...languageCases,
  ...stageCases,
  ...copyCases,
  ...instructionCases,
];
