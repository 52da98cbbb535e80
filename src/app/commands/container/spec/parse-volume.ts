import { resolve } from 'node:path';
import type { Mount } from '../../../../engine/containers.ts';
import { parseMountMode } from './mount-mode.ts';
import { specError } from './spec-error.ts';

/**
 * `-v [source:]target[:options]`. A source with a path is a folder of the host (made if missing), a word is a volume,
 * none is an anonymous one. Throws `invalid` / `bad-volume`.
 */
export function parseVolume(text: string, cwd: string): Mount {
  const parts = text.split(':');
  if (text === '' || parts.length > 3 || parts.some((part) => part === ''))
    throw bad(text, 'invalid volume specification');
  const [first = '', second, third] = parts;
  const source = second === undefined ? undefined : first;
  const target = second ?? first;
  const { readOnly, noCopy, propagation } = parseMountMode(third ?? '');
  if (!target.startsWith('/')) {
    throw specError(
      'bad-volume',
      `invalid volume specification: '${text}': invalid mount path: '${target}' mount path must be absolute`,
    );
  }
  if (resolve(target) === '/') throw bad(text, "invalid specification: destination can't be '/'");
  if (source !== undefined && isPath(source)) {
    if (noCopy) throw mismatch(text, 'bind', 'VolumeOptions');
    return {
      type: 'bind',
      source: resolve(cwd, source),
      target,
      readOnly,
      createSource: true,
      ...(propagation !== undefined && { propagation }),
    };
  }
  if (propagation !== undefined) throw mismatch(text, 'volume', 'BindOptions');
  if (source !== undefined) checkVolumeName(source);
  return { type: 'volume', name: source, target, readOnly, noCopy };
}

/** Throws `invalid` / `bad-volume` in Docker's words. */
export function checkVolumeName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return;
  throw specError(
    'bad-volume',
    `create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  );
}

function isPath(source: string): boolean {
  return source.startsWith('/') || source === '.' || source === '..' || /^\.\.?\//.test(source);
}

/** In Docker's words, which name parts of its own request. */
function mismatch(text: string, type: string, field: string): Error {
  return specError(
    'bad-volume',
    `invalid volume specification: '${text}': invalid mount config for type "${type}": field ${field} must not be specified`,
  );
}

function bad(text: string, why: string): Error {
  return specError('bad-volume', `${why}: '${text}'`);
}
