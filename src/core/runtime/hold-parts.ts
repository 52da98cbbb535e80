import { closeSync } from 'node:fs';
import { cloneInside, placeMount } from '../host/clone-mount.ts';
import type { FolderPart } from './runtime.ts';

/** Parts of folders, held open, that can be shown in a mount namespace of one's own. */
export interface HeldParts extends Disposable {
  /** Inside a private mount namespace only. */
  place(): void;
}

/** Throws the system error of a part that is not there. */
export function holdParts(parts: readonly FolderPart[]): HeldParts {
  const held: { readonly fd: number; readonly at: string }[] = [];
  const dispose = (): void => {
    for (const { fd } of held.splice(0)) closeSync(fd);
  };
  try {
    for (const { folder, path, at } of parts) held.push({ fd: cloneInside(folder, path).fd, at });
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    place() {
      for (const { fd, at } of held) placeMount(fd, at);
    },
    [Symbol.dispose]: dispose,
  };
}
