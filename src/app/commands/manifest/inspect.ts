import { GantryError } from '../../../base/gantry-error.ts';
import type { ManifestList } from '../../../engine/manifest-lists.ts';
import type { RemoteManifest } from '../../../engine/registries.ts';
import { isIndexType } from '../../../oci/media-types.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { one, optional } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';
import type { LinesOutcome } from '../outcome.ts';

export const manifestInspect = defineCommand({
  id: 'manifest.inspect',
  verbs: ['manifest inspect'],
  summary: 'Show what a name means on its registry',
  description:
    'Shows the manifest or index as the registry has it; nothing is downloaded but that. Of a manifest list that is kept ' +
    'here, what a push would send; with a second name, what that means in the list.',
  args: {
    manifest: one('NAME[:TAG|@DIGEST]', { source: 'image' }),
    listed: optional('MANIFEST', { help: 'image of a manifest list that is here' }),
  },
  options: {
    verbose: flag('Show descriptor and platform too, and what an index lists', { short: 'v' }),
    insecure: flag('Take plain HTTP, and certificates nobody vouches for'),
  },
  async run(ctx, { args, options }) {
    const kept = await ctx.engine.manifestLists.find(args.manifest, { signal: ctx.signal });
    if (kept === undefined && args.listed !== undefined) throw noSuchManifest(args.manifest);
    if (kept !== undefined) {
      const wanted = args.listed === undefined ? kept.manifests : [entryOf(kept, args.listed)];
      if (args.listed === undefined && !options.verbose) return documentLines(JSON.parse(kept.text), '   ');
      const found = await Promise.all(wanted.map((entry) => fetchListed(ctx, entry, options.insecure)));
      const shown = found.map((manifest) =>
        options.verbose ? verboseDocument(manifest) : JSON.parse(manifest.text),
      );
      return documentLines(args.listed === undefined ? shown : shown[0]);
    }
    const found = await ctx.engine.registries
      .manifest(args.manifest, { details: options.verbose, insecure: options.insecure, signal: ctx.signal })
      .catch((error: unknown) => {
        throw error instanceof GantryError && error.code === 'manifest-unknown'
          ? noSuchManifest(args.manifest, error)
          : error;
      });
    if (!options.verbose)
      return documentLines(JSON.parse(found.text), isIndexType(found.mediaType) ? '   ' : '\t');
    return documentLines(
      found.manifests.length > 0 ? found.manifests.map(verboseDocument) : verboseDocument(found),
    );
  },
});

/** As Docker indents them. */
function documentLines(document: unknown, indent = '\t'): LinesOutcome {
  return { kind: 'lines', lines: JSON.stringify(document, undefined, indent).split('\n') };
}

function entryOf(list: ManifestList, image: string): ManifestList['manifests'][number] {
  const wanted = withDefaultTag(parseReference(image));
  const found = list.manifests.find(
    ({ reference, digest }) => reference === familiarReference(wanted) || digest === wanted.digest,
  );
  if (found === undefined) throw noSuchManifest(image);
  return found;
}

/** The very manifest that a list names, with what the list says of it. */
async function fetchListed(
  { engine, signal }: CommandContext,
  { reference, digest, platform }: ManifestList['manifests'][number],
  insecure: boolean,
): Promise<RemoteManifest> {
  const exact = { ...parseReference(reference), tag: undefined, digest } as ReturnType<typeof parseReference>;
  const found = await engine.registries.manifest(familiarReference(exact), { insecure, signal });
  return { ...found, reference, platform };
}

/** As Docker prints it: which of the two manifests it is, is told by its key. */
function verboseDocument({ reference, mediaType, digest, sizeBytes, text, platform }: RemoteManifest) {
  return {
    Ref: reference,
    Descriptor: { mediaType, digest, size: sizeBytes, ...(platform && { platform }) },
    Raw: Buffer.from(text).toString('base64'),
    [mediaType.startsWith('application/vnd.docker.') ? 'SchemaV2Manifest' : 'OCIManifest']: JSON.parse(text),
  };
}

function noSuchManifest(name: string, cause?: GantryError): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'manifest-unknown',
    message: `no such manifest: ${familiarReference(withDefaultTag(parseReference(name)))}`,
    hint: cause?.hint,
    cause,
  });
}
