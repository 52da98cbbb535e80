import { GantryError } from '../../../base/gantry-error.ts';
import type { RemoteManifest } from '../../../engine/registries.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../../oci/reference.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const manifestInspect = defineCommand({
  id: 'manifest.inspect',
  verbs: ['manifest inspect'],
  summary: 'Show what a name means on its registry',
  description: 'Shows the manifest or index as the registry has it; nothing is downloaded but that.',
  args: { manifest: one('NAME[:TAG|@DIGEST]', { source: 'image' }) },
  options: {
    verbose: flag('Show descriptor and platform too, and what an index lists', { short: 'v' }),
    insecure: flag('Take plain HTTP, and certificates nobody vouches for'),
  },
  async run(ctx, { args, options }) {
    const found = await ctx.engine.registries
      .manifest(args.manifest, { details: options.verbose, insecure: options.insecure, signal: ctx.signal })
      .catch((error: unknown) => {
        throw error instanceof GantryError && error.code === 'manifest-unknown'
          ? noSuchManifest(args.manifest, error)
          : error;
      });
    const shown = !options.verbose
      ? JSON.parse(found.text)
      : found.manifests.length > 0
        ? found.manifests.map(verboseDocument)
        : verboseDocument(found);
    return { kind: 'lines', lines: JSON.stringify(shown, undefined, '\t').split('\n') };
  },
});

/** As Docker prints it: which of the two manifests it is, is told by its key. */
function verboseDocument({ reference, mediaType, digest, sizeBytes, text, platform }: RemoteManifest) {
  return {
    Ref: reference,
    Descriptor: { mediaType, digest, size: sizeBytes, ...(platform && { platform }) },
    Raw: Buffer.from(text).toString('base64'),
    [mediaType.startsWith('application/vnd.docker.') ? 'SchemaV2Manifest' : 'OCIManifest']: JSON.parse(text),
  };
}

function noSuchManifest(name: string, cause: GantryError): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'manifest-unknown',
    message: `no such manifest: ${familiarReference(withDefaultTag(parseReference(name)))}`,
    hint: cause.hint,
    cause,
  });
}
