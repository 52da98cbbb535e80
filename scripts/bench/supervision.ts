import { readdirSync, readFileSync } from 'node:fs';
import { engineClis } from './contenders.ts';
import type { Result } from './report.ts';
import { startMany } from './running-containers.ts';
import { type Sample, sampleOf } from './sample.ts';
import type { Stage } from './stage.ts';

/**
 * Memory of what stays beside a container that runs, as the proportional set size of each process that has the
 * container's ID in its command line. A daemon that all share does not count.
 */
export async function benchSupervision(stage: Stage): Promise<Result> {
  const samples = new Map<string, Sample>();
  for (const cli of engineClis(stage)) {
    const ids = await startMany(cli, 10, 5);
    samples.set(cli.name, sampleOf(ids.map(supervisionMegabytes)));
    await cli.must('rm', '-f', ...ids);
  }
  return { title: 'supervision (PSS)', unit: 'MB', samples };
}

function supervisionMegabytes(id: string): number {
  const kilobytes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && textOf(`/proc/${name}/cmdline`).includes(id))
    .map((pid) => Number(/^Pss:\s+(\d+)/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0));
  return kilobytes.reduce((sum, own) => sum + own, 0) / 1024;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
