import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { settle } from './settle.ts';

/**
 * Resolves with the exit status once the container does not run (at once if it does not), or once it is removed. The
 * journal is followed too, because with `--rm` another process may bury and remove it before we look again.
 */
export async function waitContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly until?: 'stopped' | 'removed' | undefined; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  const { id } = findContainer(context, idOrName);
  const until = options.until ?? 'stopped';
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  const journal = fromJournal(context, id, until, signal);
  // When nobody needs it any more it ends by our own abort.
  journal.catch(() => undefined);
  try {
    const found = context.records.get(id);
    const record = found && (await settle(context, found, signal));
    if (record === undefined) return (await journal) ?? found?.exitCode ?? 0;
    if (until === 'stopped' && !isAlive(record.state) && record.state !== 'restarting') {
      return record.exitCode ?? 0;
    }
    const buried = buryWhenEnded(context, record, signal);
    buried.catch(() => undefined);
    const exitCode = until === 'stopped' ? await Promise.race([buried, journal]) : await journal;
    return exitCode ?? (await journal) ?? record.exitCode ?? 0;
  } finally {
    over.abort();
  }
}

/** Undefined when its policy brings it back, or it vanished before its status could be read. */
async function buryWhenEnded(
  context: ContainerContext,
  record: ContainerRecord,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { id, run } = record;
  if (run?.process === undefined) return undefined;
  const runtime = await context.runtime();
  const dir = containerDir(context, id);
  await runtime.waitExit(id, dir, run.process, signal);
  const status = runtime.exitStatus(id, dir);
  const settled = await settle(context, record, signal);
  return settled?.state === 'restarting' ? undefined : status?.exitCode;
}

/** The status the container died with, once it is down for good; until `removed`: once it is gone. */
async function fromJournal(
  context: ContainerContext,
  id: string,
  until: 'stopped' | 'removed',
  signal: AbortSignal,
): Promise<number | undefined> {
  let exitCode: number | undefined;
  for await (const event of context.metadata.journal.follow({ signal })) {
    if (event.type === 'gap' && context.records.get(id) === undefined) return exitCode;
    if (!('id' in event) || event.id !== id) continue;
    if (event.type === 'container.removed') return exitCode;
    if (event.type !== 'container.died') continue;
    exitCode = event.exitCode;
    if (until === 'stopped' && context.records.get(id)?.state !== 'restarting') return exitCode;
  }
  signal.throwIfAborted();
  return exitCode;
}
