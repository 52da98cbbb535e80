import { mountPropagations } from '../../engine/mount-propagation.ts';

const flags: ReadonlySet<string> = new Set([
  ...['defaults', 'ro', 'rw', 'suid', 'nosuid', 'dev', 'nodev', 'exec', 'noexec', 'sync', 'async', 'dirsync'],
  ...['mand', 'nomand', 'atime', 'noatime', 'diratime', 'nodiratime'],
  ...['relatime', 'norelatime', 'strictatime', 'nostrictatime'],
  ...['unbindable', 'runbindable', ...mountPropagations],
]);
const sizes: ReadonlySet<string> = new Set(['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol']);

/**
 * Whether a `--tmpfs` may have it, as Docker has it: runtimes know more words, which would make another mount of it
 * (`bind`, `remount`) or copy files of the image (`tmpcopyup`).
 */
export function isTmpfsOption(option: string): boolean {
  const at = option.indexOf('=');
  return at < 0 ? flags.has(option) : sizes.has(option.slice(0, at)) && option.length > at + 1;
}
