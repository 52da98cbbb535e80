import { decodeDescriptor } from '../../oci/decode-descriptor.ts';
import { asObject, badDocument, optionalList, requiredString } from '../../oci/decode-json.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';

/** A manifest list in the making, by its canonical name. */
export interface ManifestListRecord {
  readonly manifests: readonly ListedRecord[];
}

export interface ListedRecord {
  /** Canonical: where it lies, and what it is called in the list. */
  readonly reference: string;
  /** With the platform the list says it is for. */
  readonly descriptor: Descriptor;
}

export function manifestListRecords(metadata: Metadata): Collection<ManifestListRecord> {
  return metadata.collection('manifest-lists', (document, key) => {
    const what = `record of manifest list ${key}`;
    const manifests = optionalList(asObject(document, what), 'manifests', what);
    if (manifests === undefined) throw badDocument(what, '"manifests" is missing');
    return {
      manifests: manifests.map((value) => {
        const entry = asObject(value, what);
        return {
          reference: requiredString(entry, 'reference', what),
          descriptor: decodeDescriptor(entry['descriptor'], what),
        };
      }),
    };
  });
}
