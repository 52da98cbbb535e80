import { isErrorCode } from '../../base/is-error-code.ts';
import type { NewEngineEvent } from '../../engine/events.ts';
import type { ContainerContext } from './container-context.ts';

/** Writes something down, unless the disk is full: undefined then. For what must go on all the same. */
export function unlessFull<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (isErrorCode(error, 'no-space')) return undefined;
    throw error;
  }
}

/** Tells of what is in no record: nothing fails for want of room to tell of it. */
export function tell(
  { metadata }: Pick<ContainerContext, 'metadata'>,
  ...events: readonly NewEngineEvent[]
): void {
  const write = (): void => {
    for (const event of events) metadata.journal.append(event);
  };
  unlessFull(() => metadata.transaction(write));
}
