import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import type { ListedPlatform, ManifestList, ManifestLists } from '../../engine/manifest-lists.ts';
import { startOperation } from '../../engine/start-operation.ts';
import { compact } from '../../oci/decode-json.ts';
import { isIndexType } from '../../oci/media-types.ts';
import { newTag } from '../../oci/new-name.ts';
import type { Platform } from '../../oci/platform.ts';
import { isKnownPlatform } from '../../oci/platform-parse.ts';
import {
  canonicalReference,
  familiarReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../oci/reference.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { registryClientOf } from '../registry/create-registry-client.ts';
import { inspectManifest } from '../registry/inspect-manifest.ts';
import { openRegistryAccess, type RegistryAccess } from '../registry/registry-access.ts';
import { listedPlatform, manifestListDocument } from './manifest-list-document.ts';
import {
  listExists,
  listInList,
  listTooLong,
  noManifestThere,
  noSuchList,
  notListed,
} from './manifest-list-errors.ts';
import { type ListedRecord, type ManifestListRecord, manifestListRecords } from './manifest-list-records.ts';
import { pushManifestList } from './push-manifest-list.ts';

export interface ManifestListDeps {
  readonly metadata: Metadata;
  readonly access: () => Promise<RegistryAccess>;
}

/** An index may be 4 MiB: this is about that. */
const mostListed = 5000;

/** The port's manifest lists: records, and what registries say of the images they list. */
export function createManifestLists({ metadata, access }: ManifestListDeps): ManifestLists {
  const records = manifestListRecords(metadata);
  const existing = (name: Reference): ManifestListRecord => {
    const record = records.get(canonicalReference(name));
    if (record === undefined) throw noSuchList(name);
    return record;
  };
  return {
    async create(text, images, { amend = false, insecure = false, signal = never() } = {}) {
      const name = listName(text);
      const key = canonicalReference(name);
      if (!amend && records.has(key)) throw listExists(name);
      const added: ListedRecord[] = [];
      using opened = await openAccess(access, insecure, images);
      for (const image of images) added.push(await look(opened.access, image, signal));
      const kept = metadata.transaction(
        () => {
          // Somebody else may have begun one of that name meanwhile.
          if (!amend && records.has(key)) throw listExists(name);
          const all = new Map(records.get(key)?.manifests.map((entry) => [entry.reference, entry]));
          for (const entry of added) all.set(entry.reference, entry);
          if (all.size > mostListed) throw listTooLong(name, mostListed);
          const record = { manifests: [...all.values()] };
          records.put(key, record);
          return record;
        },
        { durable: true },
      );
      return shown(key, kept);
    },
    async annotate(text, image, changes) {
      const name = listName(text);
      const key = canonicalReference(name);
      const wanted = withDefaultTag(parseReference(image));
      return metadata.transaction(
        () => {
          const { manifests } = existing(name);
          const at = manifests.findIndex(
            ({ reference, descriptor }) =>
              reference === canonicalReference(wanted) || descriptor.digest === wanted.digest,
          );
          const entry = manifests[at];
          if (entry === undefined) throw notListed(name, wanted);
          const { descriptor } = entry;
          const platform = annotated(descriptor.platform, changes);
          const record = {
            manifests: manifests.with(at, { ...entry, descriptor: { ...descriptor, platform } }),
          };
          records.put(key, record);
          return shown(key, record);
        },
        { durable: true },
      );
    },
    list: async () => [...records.entries()].map(([key, record]) => shown(key, record)),
    async find(text) {
      const key = canonicalReference(withDefaultTag(parseReference(text)));
      const record = records.get(key);
      return record && shown(key, record);
    },
    push: (text, { insecure = false, purge = false, signal: outer } = {}) =>
      startOperation(async (emit, signal) => {
        const name = listName(text);
        const record = existing(name);
        const sources = record.manifests.map(({ reference }) => reference);
        using opened = await openAccess(access, insecure, [text, ...sources]);
        const registry = registryClientOf(opened.access);
        const pushed = await pushManifestList({ registry, name, record, emit, signal });
        // What was added to it meanwhile has not been pushed.
        const isSame = (): boolean =>
          JSON.stringify(records.get(canonicalReference(name))) === JSON.stringify(record);
        if (purge)
          metadata.transaction(() => void (isSame() && records.delete(canonicalReference(name))), {
            durable: true,
          });
        return pushed;
      }, outer),
    async remove(text) {
      const name = listName(text);
      metadata.transaction(
        () => {
          existing(name);
          records.delete(canonicalReference(name));
        },
        { durable: true },
      );
    },
  };
}

/** What an image is on its registry now. */
async function look(access: RegistryAccess, text: string, signal: AbortSignal): Promise<ListedRecord> {
  const reference = withDefaultTag(parseReference(text));
  const repository = registryClientOf(access).repository(reference.domain, reference.path, 'pull');
  const found = await inspectManifest(repository, reference, { details: true, signal }).catch(
    (error: unknown) => {
      throw isErrorCode(error, 'manifest-unknown') ? noManifestThere(reference, error) : error;
    },
  );
  const { mediaType, digest, sizeBytes, platform } = found;
  if (isIndexType(mediaType)) throw listInList(reference);
  return {
    reference: canonicalReference(reference),
    descriptor: {
      mediaType,
      digest: digest as ListedRecord['descriptor']['digest'],
      size: sizeBytes,
      ...(platform && { platform: compact<Platform>({ ...platform }) }),
    },
  };
}

function annotated(before: Platform | undefined, changes: Partial<ListedPlatform>): Platform {
  const platform = compact<Platform>({ os: '', architecture: '', ...before, ...compact(changes) });
  if (isKnownPlatform(platform)) return platform;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-platform',
    message: `manifest entry for image has unsupported os/arch combination: ${platform.os}/${platform.architecture}`,
    hint: "They are written in Go's words: --os linux --arch arm64.",
  });
}

/** The registries of these names without a check of their certificates, if that is wanted. */
async function openAccess(
  shared: () => Promise<RegistryAccess>,
  insecure: boolean,
  names: readonly string[],
): Promise<{ readonly access: RegistryAccess } & Disposable> {
  const { env, settings } = await shared();
  if (!insecure) return { access: await shared(), [Symbol.dispose]: () => undefined };
  const domains = names.map((name) => parseReference(name).domain);
  const access = openRegistryAccess({ env, settings, insecure: [...new Set(domains)] });
  return { access, [Symbol.dispose]: () => access[Symbol.dispose]() };
}

function shown(key: string, record: ManifestListRecord): ManifestList {
  return {
    name: familiarReference(parseReference(key)),
    ...manifestListDocument(record),
    manifests: record.manifests.map(({ reference, descriptor: { mediaType, digest, size, platform } }) => ({
      reference: familiarReference(parseReference(reference)),
      mediaType,
      digest,
      sizeBytes: size,
      platform: platform && listedPlatform(platform),
    })),
  };
}

function listName(text: string): Reference {
  return parseReference(newTag(text));
}

function never(): AbortSignal {
  return new AbortController().signal;
}
