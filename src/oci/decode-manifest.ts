import { decodeDescriptor } from './decode-descriptor.ts';
import {
  badDocument,
  compact,
  decodeObject,
  type JsonObject,
  optionalList,
  optionalString,
  optionalStringMap,
  refuseAmbiguousKeys,
} from './decode-json.ts';
import type { Index, Manifest } from './manifest.ts';
import { isIndexType, isManifestType } from './media-types.ts';

/** What a registry gave for a reference: one image, or a choice of images. */
export type ManifestDocument =
  | { readonly kind: 'manifest'; readonly mediaType: string; readonly manifest: Manifest }
  | { readonly kind: 'index'; readonly mediaType: string; readonly index: Index };

const mostLayers = 1000;
const mostManifests = 10_000;
const documentKeys = [
  'schemaVersion',
  'mediaType',
  'config',
  'layers',
  'manifests',
  'fsLayers',
  'subject',
  'artifactType',
];

/**
 * Decodes a manifest or index fetched as `mediaType`. Refused, so that no two readers take one document for different
 * things (CVE-2021-41190): a `mediaType` field that differs from what it was fetched as, `manifests` beside `layers`
 * or `config`, keys that differ only in case. Schema 1 is refused. Throws `corrupt` / `bad-document`.
 */
export function decodeManifestDocument(bytes: Uint8Array, mediaType: string): ManifestDocument {
  const what = 'image manifest';
  const object = decodeObject(bytes, what);
  refuseAmbiguousKeys(object, documentKeys, what);
  if (object['schemaVersion'] === 1 || object['fsLayers'] !== undefined) {
    throw badDocument(
      what,
      'it has the old schema 1 form, which is no longer read; push the image again with a current tool',
    );
  }
  if (object['schemaVersion'] !== 2) throw badDocument(what, '"schemaVersion" is not 2');
  const own = optionalString(object, 'mediaType', what);
  if (own !== undefined && own !== mediaType)
    throw badDocument(what, `it says ${own} but came as ${mediaType}`);
  if (isIndexType(mediaType)) return { kind: 'index', mediaType, index: decodeIndex(object) };
  if (isManifestType(mediaType)) return { kind: 'manifest', mediaType, manifest: decodeManifest(object) };
  throw badDocument(what, `unsupported media type ${mediaType.slice(0, 200)}`);
}

/** The media type of a stored document, for archives that do not tell: its own field, or its shape. */
export function sniffManifestType(
  bytes: Uint8Array,
  fallback: { readonly manifest: string; readonly index: string },
): string {
  const object = decodeObject(bytes, 'image manifest');
  const own = optionalString(object, 'mediaType', 'image manifest');
  return own ?? (object['manifests'] === undefined ? fallback.manifest : fallback.index);
}

function decodeManifest(object: JsonObject): Manifest {
  const what = 'image manifest';
  if (object['manifests'] !== undefined) throw badDocument(what, 'it is manifest and index at once');
  const layers = optionalList(object, 'layers', what) ?? [];
  if (layers.length > mostLayers) throw badDocument(what, `more than ${mostLayers} layers`);
  return compact<Manifest>({
    schemaVersion: 2,
    mediaType: optionalString(object, 'mediaType', what),
    artifactType: optionalString(object, 'artifactType', what),
    config: decodeDescriptor(object['config'], `${what} config`),
    layers: layers.map((layer, at) => decodeDescriptor(layer, `${what} layer ${at + 1}`)),
    subject: object['subject'] ? decodeDescriptor(object['subject'], `${what} subject`) : undefined,
    annotations: optionalStringMap(object, 'annotations', what),
  });
}

function decodeIndex(object: JsonObject): Index {
  const what = 'image index';
  if (object['layers'] !== undefined || object['config'] !== undefined) {
    throw badDocument(what, 'it is manifest and index at once');
  }
  const manifests = optionalList(object, 'manifests', what) ?? [];
  if (manifests.length > mostManifests) throw badDocument(what, `more than ${mostManifests} manifests`);
  return compact<Index>({
    schemaVersion: 2,
    mediaType: optionalString(object, 'mediaType', what),
    artifactType: optionalString(object, 'artifactType', what),
    manifests: manifests.map((manifest, at) => decodeDescriptor(manifest, `${what} entry ${at + 1}`)),
    annotations: optionalStringMap(object, 'annotations', what),
  });
}
