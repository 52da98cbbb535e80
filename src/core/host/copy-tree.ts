import { GantryError } from '../../base/gantry-error.ts';

/**
 * Copies what lies in a folder into another that is there already, with owners, modes, times, attributes, hard links,
 * devices and holes; blocks are shared where the file system can (`FICLONE`). By cp(1), GNU's or BusyBox's.
 */
export async function copyTree(from: string, to: string, signal?: AbortSignal): Promise<void> {
  const operands = ['--', `${from}/.`, to];
  const { runCommand } = await import('./run-command.ts');
  let result = await runCommand({ argv: ['cp', '-a', '--reflink=auto', ...operands], signal });
  if (result.status !== 0 && /(unrecognized|unknown|invalid) option/.test(result.stderr)) {
    result = await runCommand({ argv: ['cp', '-a', ...operands], signal });
  }
  if (result.status === 0) return;
  throw new GantryError({
    kind: 'io',
    code: 'copy-failed',
    message: `cannot copy ${from} to ${to}: ${result.stderr.trim().split('\n', 1)[0]}`,
    details: { from, to },
  });
}
