import { expect, test } from 'vitest';
import type { Job } from '../../../../src/app/jobs/job.ts';
import { workUpon } from '../../../../src/app/jobs/work-upon.ts';
import { LogRing } from '../../../../src/app/state/log-ring.ts';

const web = { id: 'a'.repeat(64), name: 'web' };

function job(command: string, operands: readonly string[], state: Job['state'] = 'running'): Job {
  return {
    id: 1,
    line: '',
    command,
    operands,
    state,
    startedMs: 0,
    endedMs: undefined,
    progress: undefined,
    error: undefined,
    output: new LogRing({ lines: 1, bytes: 1 }),
    revision: 0,
  };
}

test('a container that a running job was told to stop, by name or by ID, is stopping', () => {
  expect(workUpon({ jobs: [job('container.stop', ['db', 'web'])] }, web)).toBe('stopping');
  expect(workUpon({ jobs: [job('container.stop', [web.id])] }, web)).toBe('stopping');
});

test('the newest job upon a container counts', () => {
  const jobs = [job('container.stop', ['web']), job('container.kill', ['web'])];
  expect(workUpon({ jobs }, web)).toBe('killing');
});

test('jobs that ended, that are upon others, or that change nothing do not count', () => {
  const jobs = [
    job('container.stop', ['web'], 'done'),
    job('container.stop', ['webs']),
    job('container.logs', ['web']),
  ];
  expect(workUpon({ jobs }, web)).toBeUndefined();
});
