import { inUserNamespace } from '../host/user-namespace.ts';
import { layerError } from './layer-error.ts';
import { baseOf, parentOf } from './layer-path.ts';
import type { ByteString } from './tar/byte-string.ts';

/** What a marker in a layer says about the layers below (image-spec layer.md, "Whiteouts"). */
export type Whiteout =
  | { readonly kind: 'delete'; readonly path: ByteString }
  | { readonly kind: 'opaque'; readonly dir: ByteString }
  /** AUFS's own bookkeeping: of no meaning to us. */
  | { readonly kind: 'ignore' };

export const whiteoutPrefix = '.wh.';
export const opaqueMarker = '.wh..wh..opq';
/** How overlayfs marks a folder that hides those of its name below: by the value `y`. */
export const opaqueXattr = `${inUserNamespace() ? 'user' : 'trusted'}.overlay.opaque`;
/** Overlayfs's own attributes: a layer that brought some could bend how it is mounted. */
export const overlayXattr = /^(?:trusted|user)\.overlay\./;
const bookkeepingPrefix = '.wh..wh.';

/**
 * The marker a path is, undefined for an ordinary file. `path` is as `layerPath` returns it. Throws `bad-layer` for
 * a marker without name and for files below a marker.
 */
export function whiteoutOf(path: ByteString): Whiteout | undefined {
  if (!path.includes(whiteoutPrefix)) return undefined;
  const parent = parentOf(path);
  const parents = parent.split('/');
  if (parents.some((part) => part.startsWith(bookkeepingPrefix))) return { kind: 'ignore' };
  if (parents.some((part) => part.startsWith(whiteoutPrefix)))
    throw layerError('a whiteout is used as a folder', path);
  const base = baseOf(path);
  if (!base.startsWith(whiteoutPrefix)) return undefined;
  if (base === opaqueMarker) return { kind: 'opaque', dir: parent };
  if (base.startsWith(bookkeepingPrefix)) return { kind: 'ignore' };
  const name = base.slice(whiteoutPrefix.length);
  if (name === '' || name === '.' || name === '..') throw layerError('a whiteout names nothing', path);
  return { kind: 'delete', path: parent === '' ? name : `${parent}/${name}` };
}
