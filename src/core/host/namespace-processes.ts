import { readdirSync } from 'node:fs';
import { namespaceIdentity } from './namespaces.ts';

/** IDs, in our PID namespace, of all processes in the PID namespace `pid` is in, itself among them. None when it has ended. */
export function namespaceProcesses(pid: number): readonly number[] {
  const identityOf = (id: number): string | undefined => {
    try {
      return namespaceIdentity(id, 'pid');
    } catch {
      return undefined;
    }
  };
  const identity = identityOf(pid);
  if (identity === undefined) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((id) => id > 0 && identityOf(id) === identity);
}
