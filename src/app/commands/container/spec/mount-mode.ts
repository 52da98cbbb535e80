import { mountPropagations } from '../../../../engine/mount-propagation.ts';
import { specError } from './spec-error.ts';

/** What the last part of `-v` and `--volumes-from` says. */
export interface MountMode {
  readonly readOnly: boolean;
  readonly noCopy: boolean;
  readonly propagation: string | undefined;
}

/**
 * Reads `ro,rslave`: at most one word of each kind. SELinux labels and words of consistency ask for what holds here
 * anyway. Throws `invalid` / `bad-volume` in Docker's words.
 */
export function parseMountMode(mode: string): MountMode {
  const words = mode === '' ? [] : mode.split(',');
  const found = words.map((word) => kinds.findIndex((kind) => kind.includes(word)));
  if (found.includes(-1) || new Set(found).size < found.length) {
    throw specError('bad-volume', `invalid mode: ${mode}`);
  }
  return {
    readOnly: words.includes('ro'),
    noCopy: words.includes('nocopy'),
    propagation: words.find((word) => mountPropagations.includes(word)),
  };
}

/** Checks `CONTAINER[:MODE]`, and returns it: what is mounted there already is neither filled nor spread anew. */
export function checkVolumesFrom(text: string): string {
  const at = text.indexOf(':');
  if (at === -1) return text;
  const mode = text.slice(at + 1);
  const { noCopy, propagation } = parseMountMode(mode);
  if (noCopy || propagation !== undefined) throw specError('bad-volume', `invalid mode: ${mode}`);
  return text;
}

const kinds: readonly (readonly string[])[] = [
  ['rw', 'ro'],
  ['z', 'Z'],
  ['nocopy'],
  ['cached', 'delegated', 'consistent'],
  mountPropagations,
];
