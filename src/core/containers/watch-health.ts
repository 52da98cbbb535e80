import { GantryError } from '../../base/gantry-error.ts';
import type { HealthResult } from '../../engine/containers.ts';
import { placeOutsideService } from '../host/cgroups/place-process.ts';
import { signalProcess } from '../host/process-handle.ts';
import { type ProcessIdentity, processIdentity } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import { changeRecord, eventOf } from './change-record.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { type HealthPlan, healthPlan, nextCheckMs, nextHealth } from './health.ts';
import { HealthOutput, keepHealthResult } from './health-log.ts';
import { isStale } from './settle.ts';

const terminate = 15;
/** Beside the monitors: what manages services must not end it with the terminal it was started from. */
const watcherCgroup = '/gantry/monitors';

/**
 * A shell that sleeps, has a short gantry check, and sleeps as long as that says: 1 MB for a container that has a
 * health check, nothing for one that has none. It ends when told to, or when the check says that there is nothing to
 * check any more.
 */
const loop = `delay=$1
shift
trap 'kill "$sleeper" 2>/dev/null; exit 0' TERM
while :; do
  sleep "$delay" &
  sleeper=$!
  wait "$sleeper"
  delay=$("$@") || exit 0
done`;

/** Starts the watcher of a container that was just started; undefined when it has no health check. */
export function watchHealth(context: ContainerContext, record: ContainerRecord): ProcessIdentity | undefined {
  const plan = healthPlan(record.healthcheck);
  if (plan === undefined) return undefined;
  const delay = seconds(nextCheckMs('starting', plan, 0));
  const check = [...context.selfCommand, 'internal', 'health-check', record.id, '--root', context.dirs.root];
  const shell = startProcess({
    argv: ['/bin/sh', '-c', loop, 'sh', delay, ...check],
    cwd: '/',
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.unref();
  if (shell.pid === undefined) return undefined;
  placeOutsideService(shell.pid, watcherCgroup);
  return processIdentity(shell.pid);
}

/** Ends the watcher of a container that has ended. */
export function unwatchHealth(record: ContainerRecord): void {
  const watcher = record.health?.watcher;
  if (watcher !== undefined) signalProcess(watcher, terminate);
}

/**
 * Checks once (`gantry internal health-check`), and returns what the watcher is to sleep, in seconds. Undefined: it
 * may end, for that run of the container is over.
 */
export async function checkHealth(context: ContainerContext, id: string): Promise<string | undefined> {
  const record = context.records.get(id);
  const plan = healthPlan(record?.healthcheck);
  if (record?.health === undefined || plan === undefined || isStale(record)) return undefined;
  if (record.state === 'paused') return seconds(plan.intervalMs);
  if (record.state !== 'running') return undefined;
  const result = await probe(context, record, plan);
  const upMs = Date.now() - Date.parse(record.startedAt ?? '');
  // Before the status that follows from it: who sees that finds this.
  if (context.records.get(id)?.startedAt === record.startedAt) {
    keepHealthResult(containerDir(context, id), result);
  }
  return context.metadata.transaction(() => {
    const current = context.records.get(id);
    // Another run by now: it has a watcher of its own.
    if (current?.health === undefined || current.startedAt !== record.startedAt) return undefined;
    const health = { ...current.health, ...nextHealth(current.health, result.exitCode === 0, plan, upMs) };
    const changed = changeRecord(context, id, () => ({ health }));
    if (health.status !== current.health.status) {
      context.metadata.journal.append({
        type: 'container.health',
        ...eventOf(changed),
        health: health.status,
      });
    }
    return seconds(nextCheckMs(health.status, plan, upMs));
  });
}

/** Runs the test once. One that takes too long is killed, with all it has started, and counts as failed. */
async function probe(
  context: ContainerContext,
  record: ContainerRecord,
  plan: HealthPlan,
): Promise<HealthResult> {
  const [kind, ...words] = plan.test;
  const startedAt = new Date().toISOString();
  const output = new HealthOutput();
  const ended = (exitCode: number, text: string): HealthResult => ({
    startedAt,
    endedAt: new Date().toISOString(),
    exitCode,
    output: text,
  });
  try {
    const command = kind === 'CMD' ? words : [...(await shellOf(context, record)), ...words];
    const runtime = await context.runtime();
    const dir = containerDir(context, record.id);
    await using session = await runtime.exec(record.id, dir, undefined, { command });
    const exit = (async () => {
      for await (const { data } of session.output) output.add(data);
      return session.exit;
    })();
    exit.catch(() => undefined);
    const exitCode = await inTime(exit, plan.timeoutMs);
    if (exitCode !== undefined) return ended(exitCode, output.text());
    await session.kill?.();
    const printed = output.text();
    const limit = plan.timeoutMs < 1000 ? `${plan.timeoutMs}ms` : `${plan.timeoutMs / 1000}s`;
    return ended(-1, `Health check exceeded timeout (${limit})${printed === '' ? '' : `: ${printed}`}`);
  } catch (error) {
    if (error instanceof GantryError && error.kind === 'internal') throw error;
    return ended(-1, GantryError.from(error).message);
  }
}

/** Undefined: it took too long. */
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), limitMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** What runs a shell-form test: the image's SHELL. */
async function shellOf(context: ContainerContext, record: ContainerRecord): Promise<readonly string[]> {
  const images = await context.images();
  const shell = images.find(record.imageId)?.config.config?.Shell ?? [];
  return shell.length > 0 ? shell : ['/bin/sh', '-c'];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
