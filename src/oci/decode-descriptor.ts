import {
  asObject,
  badDocument,
  compact,
  optionalCount,
  optionalString,
  optionalStringMap,
  optionalStrings,
  requiredString,
} from './decode-json.ts';
import type { Descriptor } from './descriptor.ts';
import { type Digest, isDigest } from './digest.ts';
import type { Platform } from './platform.ts';

/** No blob, and no layer's tar, is larger. */
export const largestBlobBytes = 1024 ** 4;

/** A descriptor (image-spec descriptor.md) from parsed JSON. Throws `corrupt` / `bad-document`. */
export function decodeDescriptor(value: unknown, what: string): Descriptor {
  const object = asObject(value, what);
  const digest = requiredString(object, 'digest', what);
  if (!isDigest(digest)) throw badDocument(what, `${JSON.stringify(digest.slice(0, 140))} is not a digest`);
  const size = optionalCount(object, 'size', what);
  if (size === undefined) throw badDocument(what, '"size" is missing');
  if (size > largestBlobBytes) throw badDocument(what, `size ${size} is beyond any blob`);
  const platform = object['platform'];
  return compact<Descriptor>({
    mediaType: requiredString(object, 'mediaType', what),
    digest: digest as Digest,
    size,
    urls: optionalStrings(object, 'urls', what),
    annotations: optionalStringMap(object, 'annotations', what),
    platform: platform === undefined || platform === null ? undefined : decodePlatform(platform, what),
    artifactType: optionalString(object, 'artifactType', what),
  });
}

function decodePlatform(value: unknown, what: string): Platform {
  const object = asObject(value, `${what} platform`);
  return compact<Platform>({
    os: requiredString(object, 'os', what),
    architecture: requiredString(object, 'architecture', what),
    variant: optionalString(object, 'variant', what),
    'os.version': optionalString(object, 'os.version', what),
    'os.features': optionalStrings(object, 'os.features', what),
  });
}
