import { layerError } from './layer-error.ts';
import type { LayerLimits } from './layer-io.ts';
import type { ByteString } from './tar/byte-string.ts';

/**
 * The path of an entry below the root of its layer: no leading or trailing slash, no `.`, empty for the root itself.
 * Throws `bad-layer` for `..`, NUL and what is longer or deeper than the limits.
 */
export function layerPath(path: ByteString, limits: Pick<LayerLimits, 'nameBytes' | 'depth'>): ByteString {
  if (path.length > limits.nameBytes)
    throw layerError(`a name is longer than ${limits.nameBytes} bytes`, path);
  if (path.includes('\0')) throw layerError('a name holds a NUL byte', path);
  if (isClean(path)) {
    const clean = path.startsWith('./') ? path.slice(2) : path;
    return clean.endsWith('/') ? clean.slice(0, -1) : clean;
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw layerError('a name leads out of the layer', path);
  if (parts.length > limits.depth) throw layerError(`a name has more than ${limits.depth} folders`, path);
  return parts.join('/');
}

/** Nearly every name: nothing to drop but a leading `./` and a slash at the end, and few folders. */
function isClean(path: ByteString): boolean {
  return (
    path.length < 256 && /^(?:\.\/)?(?!\.{0,2}(?:\/|$))[^/]+(?:\/(?!\.{0,2}(?:\/|$))[^/]+)*\/?$/.test(path)
  );
}

export function parentOf(path: ByteString): ByteString {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

export function baseOf(path: ByteString): ByteString {
  return path.slice(path.lastIndexOf('/') + 1);
}
