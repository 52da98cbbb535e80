import type { BuildCheck, SourcePosition } from '../../../engine/builds.ts';
import type { LinesOutcome } from '../outcome.ts';
import { excerptLines } from '../present/excerpt-lines.ts';
import { safeLine } from '../present/safe-text.ts';

/** What `build --check` says, in the words of `docker build --check`. It ends with 1 when anything was found. */
export function checkReport({ text, findings, error, unknownImages }: BuildCheck): LinesOutcome {
  const lines = findings.flatMap(({ rule, message, position }) => [
    '',
    `WARNING: ${rule} - ${safeLine(message)}`,
    ...excerptLines(text, position),
  ]);
  const complete = error === undefined || findings.length > 0;
  return {
    kind: 'lines',
    lines: [
      ...(complete ? [`Check complete, ${count(findings.length)}`, ...lines] : []),
      ...errorExcerpt(text, error),
    ],
    exitCode: findings.length > 0 || error !== undefined ? 1 : 0,
    warnings: unknownImages.map(
      (image) => `${safeLine(image)} is not here: what depends on its configuration was not checked`,
    ),
    errors: error === undefined ? [] : [error],
  };
}

function count(findings: number): string {
  if (findings === 0) return 'no warnings found.';
  return findings === 1 ? '1 warning has been found!' : `${findings} warnings have been found!`;
}

function errorExcerpt(text: string, error: BuildCheck['error']): readonly string[] {
  const position = error?.details['position'] as SourcePosition | undefined;
  return position === undefined ? [] : ['', ...excerptLines(text, position)];
}
