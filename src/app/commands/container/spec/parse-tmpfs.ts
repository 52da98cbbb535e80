import type { Mount } from '../../../../engine/containers.ts';
import { specError } from './spec-error.ts';

/** `--tmpfs /run[:size=64m,mode=755]`. Throws `invalid` / `bad-tmpfs`. */
export function parseTmpfs(text: string): Mount {
  const at = text.indexOf(':');
  const target = at < 0 ? text : text.slice(0, at);
  if (!target.startsWith('/')) {
    throw specError('bad-tmpfs', `invalid mount path: '${target}' mount path must be absolute`);
  }
  return { type: 'tmpfs', target, options: at < 0 ? '' : text.slice(at + 1) };
}
