import { changeRecord, eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { stopContainer } from './end-container.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { startContainer } from './start-container.ts';

/** Stops it if it runs, and starts it. With `--rm` a restart keeps it. Cut off half-way, it is ended by the next look. */
export async function restartContainer(
  context: ContainerContext,
  idOrName: string,
  options: { readonly timeoutSeconds?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { id } = findContainer(context, idOrName);
  try {
    await stopContainer(context, id, { ...options, forRestart: true });
    await startContainer(context, id, { signal: options.signal });
  } catch (error) {
    // Given up, not cut off: nobody is to go on with it.
    if (context.records.has(id)) changeRecord(context, id, () => ({ restartedBy: undefined }));
    throw error;
  }
  context.metadata.transaction(() => {
    const record = context.records.get(id);
    if (record === undefined) throw noSuchContainer(idOrName);
    context.metadata.journal.append({ type: 'container.restarted', ...eventOf(record) });
  });
}
