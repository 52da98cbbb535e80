import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../../support/temp-folder.ts';
import { until } from '../../../support/until.ts';

const module = join(import.meta.dirname, '../../../../src/core/host/when-killed.ts');

function run(path: string, end: string): void {
  const program = `import { whenKilled } from ${JSON.stringify(module)};
    const guard = whenKilled('echo "$2" >"$1"', [${JSON.stringify(path)}, 'gone']);
    ${end}`;
  spawnSync(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
}

test('what was to be done in our place is done when we are killed, and not when we end our work', async () => {
  using folder = tempFolder();
  run(folder.at('disposed'), 'guard[Symbol.dispose]();');
  run(folder.at('killed'), "process.kill(process.pid, 'SIGKILL');");
  await until(() => existsSync(folder.at('killed')));
  expect(existsSync(folder.at('disposed'))).toBe(false);
});
