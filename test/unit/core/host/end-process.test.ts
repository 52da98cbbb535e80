import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const host = join(import.meta.dirname, '../../../../src/core/host');

it.each([
  ['with', `const { koffi } = await import('${host}/koffi.ts'); koffi();`],
  ['without', ''],
])('ends with its status %s koffi, after those who listen for the end', (_, load) => {
  const program = `
    import { writeSync } from 'node:fs';
    import { endProcess } from '${host}/end-process.ts';
    ${load}
    process.on('exit', (status) => writeSync(1, 'heard ' + status));
    setInterval(() => undefined, 1000);
    endProcess(7);
  `;
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', program],
    { encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 7, stdout: 'heard 7' });
});
