import { eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { tell } from './tell.ts';

/** Tells that a process which nobody had joined has ended, by the ID of its `exec` and its status. */
export function execDied(
  context: ContainerContext,
  id: string,
  [execId = '', status = '']: readonly string[],
): void {
  const record = context.records.get(id);
  if (record === undefined || !/^\d{1,3}$/.test(status)) return;
  tell(context, { type: 'container.exec-died', ...eventOf(record), execId, exitCode: Number(status) });
}
