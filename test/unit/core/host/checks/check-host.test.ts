import { describe, expect, it } from 'vitest';
import { checkHost } from '../../../../../src/core/host/checks/check-host.ts';

describe('checkHost', () => {
  it('says for everything that is not well what it means and how to mend it', async () => {
    const checks = await checkHost({ root: '/nowhere/gantry' });
    expect(new Set(checks.map((check) => check.id)).size).toBe(checks.length);
    for (const { status, found, meaning, mend } of checks) {
      expect(found).not.toBe('');
      expect(meaning === '').toBe(status === 'ok');
      expect(mend === '').toBe(status === 'ok');
    }
  });
});
