import type { AttachOptions } from '../../engine/containers.ts';
import type { TerminalSize } from '../../engine/session.ts';
import type { ContainerRecord } from './container-record.ts';

/** What the runtime wants to know of who joins. */
export function attachment(
  record: ContainerRecord,
  options: AttachOptions,
): { readonly tty: boolean; readonly stdin: boolean; readonly size: TerminalSize | undefined } {
  return {
    tty: record.spec.tty === true,
    stdin: options.stdin && record.spec.openStdin === true,
    size: options.size,
  };
}
