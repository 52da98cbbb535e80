import { expect, it } from 'vitest';
import { defineCommand } from '../../../../src/app/commands/define-command.ts';
import type { Outcome } from '../../../../src/app/commands/outcome.ts';
import { type JobsState, noJobs } from '../../../../src/app/jobs/job.ts';
import { JobRunner } from '../../../../src/app/jobs/job-runner.ts';
import { Store } from '../../../../src/app/state/store.ts';
import { GantryError } from '../../../../src/base/gantry-error.ts';
import { startOperation } from '../../../../src/engine/start-operation.ts';
import type { TransferEvent } from '../../../../src/engine/transfer-events.ts';
import { FakeEngine } from '../../../support/fake-engine.ts';
import { until } from '../../../support/until.ts';

const input = { args: {}, options: {}, literal: false };

function runner() {
  const jobs = new Store<JobsState>(noJobs);
  const run = new JobRunner({ engine: new FakeEngine(), jobs, cwd: '/', env: {}, now: () => 1000 });
  const start = (work: (signal: AbortSignal) => Promise<Outcome>) =>
    run.start(
      defineCommand({
        id: 'a.test',
        verbs: ['test'],
        summary: 'Test',
        args: {},
        options: {},
        run: ({ signal }) => work(signal),
      }),
      input,
      'gantry test',
    );
  return { jobs, run, start, job: () => jobs.state.jobs[0]! };
}

const transfer = (signal: AbortSignal, work: () => Promise<void>): Outcome => ({
  kind: 'transfer',
  way: 'pull',
  operation: startOperation<TransferEvent, void>(async (emit, cancelled) => {
    emit({ kind: 'layer', layer: 'a', phase: 'downloading', doneBytes: 5, totalBytes: 10 }, 'a');
    await Promise.race([
      work(),
      new Promise((_resolve, reject) => {
        cancelled.addEventListener('abort', () => reject(cancelled.reason), { once: true });
      }),
    ]);
  }, signal),
  quiet: false,
  stream: 'stdout',
  next: async () => ({ kind: 'lines', lines: ['done'] }),
});

it('runs a transfer to its end, with progress, and gives what follows', async () => {
  const { start, job } = runner();
  const gate = Promise.withResolvers<void>();
  const { ended } = start(async (signal) => transfer(signal, () => gate.promise));
  await until(() => {
    const { progress } = job();
    return progress?.kind === 'transfer' && progress.layers.length === 1;
  });
  expect(job()).toMatchObject({ state: 'running', line: 'gantry test' });
  gate.resolve();
  expect(await ended).toEqual({ kind: 'lines', lines: ['done'] });
  expect(job()).toMatchObject({ state: 'done', endedMs: 1000 });
});

it('tells a failure apart from a cancellation', async () => {
  const failing = runner();
  const error = new GantryError({ kind: 'conflict', code: 'x', message: 'taken' });
  await expect(failing.start(() => Promise.reject(error)).ended).rejects.toBe(error);
  expect(failing.job()).toMatchObject({ state: 'failed', error });

  const cancelled = runner();
  const { id, ended } = cancelled.start(async (signal) =>
    transfer(signal, () => new Promise(() => undefined)),
  );
  await until(() => cancelled.job().progress !== undefined);
  cancelled.run.cancel(id);
  await expect(ended).rejects.toMatchObject({ kind: 'cancelled' });
  expect(cancelled.job().state).toBe('cancelled');
});

it('counts an outcome with errors as failed', async () => {
  const { start, job } = runner();
  const errors = [new GantryError({ kind: 'not-found', code: 'x', message: 'no such container: b' })];
  await start(async () => ({ kind: 'lines', lines: ['a'], errors })).ended;
  expect(job()).toMatchObject({ state: 'failed', error: errors[0] });
});

it('waits for everything to clean up when all is cancelled', async () => {
  const { run, start, jobs } = runner();
  for (let n = 0; n < 3; n += 1)
    start(async (signal) => transfer(signal, () => new Promise(() => undefined)));
  await run.cancelAll();
  expect(jobs.state.jobs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
});
