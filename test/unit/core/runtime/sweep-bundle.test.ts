import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sweepBundle } from '../../../../src/core/runtime/bundle.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { until } from '../../../support/until.ts';

test('what only a running container needs goes, also while a runtime still writes there', async () => {
  using folder = tempFolder();
  for (let round = 0; round < 2; round += 1) {
    mkdirSync(folder.at('exec-0123'));
    for (const name of ['ctl', 'config.json', 'conmon-term.A1B2C3', 'ctr.log'])
      writeFileSync(folder.at(name), '');
    const script = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); : >"$0/$$-$i" || exit; done';
    const writers = Array.from({ length: 2 }, () => {
      const writer = spawn('/bin/sh', ['-c', script, folder.at('exec-0123')]);
      return new Promise((resolve) => writer.once('close', resolve));
    });
    await until(() => readdirSync(folder.at('exec-0123')).length > 0);
    sweepBundle(folder.path);
    expect(readdirSync(folder.path)).toEqual(['config.json', 'ctr.log']);
    await Promise.all(writers);
  }
});
