import { resolve } from 'node:path';
import type { CopyEnd } from '../../../engine/container-files.ts';

/** One operand of `cp`: a container's path, a path of the caller, or a stream. */
export type CopyOperand = CopyEnd | { readonly kind: 'stream' };

/**
 * `web:/etc/hosts`, `./file`, `-`. What stands before a colon is a container, unless the word begins like a path (`/`,
 * `./`, `../`): a local name with a colon is written `./a:b`. Paths in a container begin at its root.
 */
export function parseCopyOperand(word: string, cwd: string): CopyOperand {
  if (word === '-') return { kind: 'stream' };
  const at = word.indexOf(':');
  if (at < 0 || /^\.{0,2}\//.test(word) || word.startsWith('.')) {
    return { kind: 'local', path: withEnd(resolve(cwd, word), word) };
  }
  const path = word.slice(at + 1);
  return { kind: 'container', id: word.slice(0, at), path: path.startsWith('/') ? path : `/${path}` };
}

/** The end says what is meant, and `resolve` drops it. */
function withEnd(path: string, word: string): string {
  if (/(?:^|\/)\.$/.test(word)) return path === '/' ? '/.' : `${path}/.`;
  return word.endsWith('/') && path !== '/' ? `${path}/` : path;
}
