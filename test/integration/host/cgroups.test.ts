import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cgroupFolder } from '../../../src/core/host/cgroups/cgroup-folders.ts';
import { removeCgroup } from '../../../src/core/host/cgroups/remove-cgroup.ts';
import { sweepCgroups } from '../../../src/core/host/cgroups/sweep-cgroups.ts';
import { randomHex } from '../../../src/core/host/random-hex.ts';
import { startScript } from '../../support/script-process.ts';
import { until } from '../../support/until.ts';

const hourMs = 3_600_000;

/** An empty cgroup as a killed container leaves it, made that long ago. */
function madeAgo(ms: number, name = randomHex(32)): string {
  const folder = cgroupFolder(`/gantry/${name}`, 'pids')!;
  mkdirSync(folder, { recursive: true });
  const time = new Date(Date.now() - ms);
  utimesSync(folder, time, time);
  onTestFinished(() => void removeCgroup(`/gantry/${name}`));
  return folder;
}

test('cgroups that killed containers left go, and none that is new, lived in or not a container’s', async () => {
  await using script = startScript('console.log("up"); setInterval(() => {}, 1000);');
  await script.line();
  const [left, fresh, other] = [madeAgo(hourMs), madeAgo(0), madeAgo(hourMs, 'kept-by-a-test')];
  const inhabited = madeAgo(hourMs);
  writeFileSync(join(inhabited, 'cgroup.procs'), String(script.pid));
  sweepCgroups(Date.now());
  expect([left, fresh, other, inhabited].map(existsSync)).toEqual([false, true, true, true]);
  await script.kill();
  await until(() => removeCgroup(inhabited.slice(inhabited.indexOf('/gantry/'))));
});
