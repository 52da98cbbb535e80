import { describe, expect, it } from 'vitest';
import { checkReport } from '../../../../../src/app/commands/image/check-report.ts';
import { GantryError } from '../../../../../src/base/gantry-error.ts';
import type { BuildCheck, BuildFinding } from '../../../../../src/engine/builds.ts';

const nothing: BuildCheck = {
  text: 'FROM a\nCMD x\n',
  findings: [],
  error: undefined,
  unknownImages: [],
};
const finding: BuildFinding = {
  rule: 'JSONArgsRecommended',
  description: '',
  message: 'JSON arguments \u001b[31mrecommended',
  position: { file: 'Dockerfile', line: 2, column: 1, endLine: 2 },
};

describe('the report of build checks', () => {
  it('is one line when nothing was found', () => {
    expect(checkReport(nothing)).toMatchObject({
      lines: ['Check complete, no warnings found.'],
      exitCode: 0,
      errors: [],
    });
  });

  it('shows each finding in its place, without control codes, and ends with 1', () => {
    expect(checkReport({ ...nothing, findings: [finding] })).toMatchObject({
      lines: [
        'Check complete, 1 warning has been found!',
        '',
        'WARNING: JSONArgsRecommended - JSON arguments recommended',
        'Dockerfile:2',
        '--------------------',
        '   1 |     FROM a',
        '   2 | >>> CMD x',
        '--------------------',
      ],
      exitCode: 1,
    });
  });

  it('shows where an error is, and says which images were not asked', () => {
    const error = new GantryError({
      kind: 'invalid',
      code: 'dockerfile-syntax',
      message: 'unknown instruction',
      details: { position: { ...finding.position, line: 1, endLine: 1 } },
    });
    expect(checkReport({ ...nothing, error, unknownImages: ['a'] })).toMatchObject({
      lines: [
        '',
        'Dockerfile:1',
        '--------------------',
        '   1 | >>> FROM a',
        '   2 |     CMD x',
        '--------------------',
      ],
      errors: [error],
      exitCode: 1,
      warnings: ['a is not here: what depends on its configuration was not checked'],
    });
  });
});
