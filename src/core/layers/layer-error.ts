import { GantryError } from '../../base/gantry-error.ts';
import { type ByteString, displayText } from './tar/byte-string.ts';

/** `corrupt` / `bad-layer`: the archive is a tar, but what it says cannot or must not be done. */
export function layerError(why: string, path?: ByteString): GantryError {
  const name = path === undefined ? undefined : displayText(path).slice(0, 300);
  return new GantryError({
    kind: 'corrupt',
    code: 'bad-layer',
    message: `invalid layer: ${why}${name === undefined ? '' : `: ${JSON.stringify(name)}`}`,
    details: name === undefined ? {} : { path: name },
  });
}

/** `corrupt` / `layer-limit`: beyond what an honest layer has. */
export function layerLimitError(what: string, limit: number): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'layer-limit',
    message: `layer refused: ${what} is beyond the limit of ${limit}`,
    details: { limit },
  });
}
