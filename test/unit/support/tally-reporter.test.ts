import { describe, expect, it } from 'vitest';
import { tallyLine } from '../../support/tally-reporter.ts';

describe('tallyLine', () => {
  it('names skipped tests only where there are some', () => {
    expect(tallyLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(tallyLine({ passed: 1, failed: 2, skipped: 3 })).toBe('1 passed, 2 failed, 3 skipped');
  });
});
