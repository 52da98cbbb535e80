import { describe, expect, it } from 'vitest';
import { systemCheck } from '../../../../../src/app/commands/system/check.ts';
import type { StoreFinding, StoreReport } from '../../../../../src/engine/store-report.ts';

const report: StoreReport = {
  depth: 'normal',
  repair: true,
  checked: { blobs: 1, blobBytes: 1000, layers: 2, images: 1, containers: 0, volumes: 0 },
  findings: [],
  incompleteImages: ['web:1'],
  unusedBytes: 0,
  partDownloads: { count: 0, sizeBytes: 0 },
};
const finding = (status: StoreFinding['status'], remedy: string): StoreFinding => ({
  code: 'foreign-file',
  severity: 'leftover',
  subject: '/x',
  message: '/x\u001b[2J is no blob',
  status,
  remedy,
});

async function shown(findings: readonly StoreFinding[], repair: boolean, depth = 'normal') {
  const checkStore = async () => ({ ...report, findings, repair, depth });
  const ctx = { engine: { system: { checkStore } }, signal: new AbortController().signal };
  const options = { repair, quick: false, full: depth === 'full', format: undefined };
  const outcome = await systemCheck.run(ctx as never, { args: {}, options } as never);
  return outcome as unknown as { readonly text: string; readonly exitCode: number };
}

describe('system check', () => {
  it('says what mending would do, and after it what it did', async () => {
    const found = await shown([finding('found', 'remove it')], false);
    expect(found.exitCode).toBe(1);
    expect(found.text.split('\n')).toEqual([
      'Checked 1 blob (1kB), 2 layers, 1 image, 0 containers, 0 volumes.',
      'leftover  /x is no blob',
      '          To mend it: remove it',
      'Not whole, until pulled, loaded or built again:',
      '  web:1',
      '1 problem found. Mend with: gantry system check --repair',
    ]);
    const mended = await shown([finding('mended', 'removed')], true);
    expect(mended.exitCode).toBe(0);
    expect(mended.text).toContain('mended    /x is no blob\n          Mended: removed\n');
    expect(mended.text).toMatch(
      /\n1 problem mended\.\nWhat unpacked layers contain was not compared: .*--full.*$/,
    );
  });

  it('counts what could not be mended', async () => {
    const left = finding('not-mended', 'somebody uses it');
    expect((await shown([left], true)).text).toMatch(
      /Not mended: somebody uses it\n[\s\S]*\n1 problem not mended\.$/,
    );
    expect((await shown([left, finding('mended', 'removed')], true)).text).toMatch(
      /\n1 problem mended, 1 not\.$/,
    );
  });

  it('does not advise to have mended what only a person can mend', async () => {
    const byHand = { ...finding('found', 'pull web:1 again'), byHand: true } as const;
    expect((await shown([byHand], false)).text).toMatch(/\n1 problem found that --repair cannot mend\.$/);
    const both = await shown([byHand, finding('found', 'remove it')], false);
    expect(both.text).toMatch(
      /\n2 problems found, of which --repair cannot mend 1\. Mend with: gantry system check --repair$/,
    );
  });

  it('says that nothing is wrong, and what was not looked at', async () => {
    expect((await shown([], true)).text).toMatch(
      /\nNothing is wrong\.\nWhat unpacked layers contain was not /,
    );
    expect((await shown([], true, 'full')).text).toMatch(/\nNothing is wrong\.$/);
  });
});
