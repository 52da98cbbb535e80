import type { Referrer } from '../../../engine/registries.ts';
import { shortId } from '../../../oci/digest.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { humanAge } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { text } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const imageReferrers = defineCommand({
  id: 'image.referrers',
  verbs: ['image referrers'],
  summary: 'List signatures, attestations and the like that refer to an image on its registry',
  args: { image: one('NAME[:TAG|@DIGEST]', { source: 'image', help: 'image on its registry' }) },
  options: {
    artifactType: text('Only those of this type'),
    format: formatOption,
    noTrunc: noTruncOption,
    platform: text('Of the manifest for this platform (os/arch[/variant])'),
    quiet: quietOption,
  },
  async run(ctx, { args, options }) {
    const { referrers } = await ctx.engine.registries.referrers(args.image, {
      signal: ctx.signal,
      artifactType: options.artifactType,
      platform: options.platform,
    });
    return tableOutcome(referrersTable, referrers, tableView(ctx, options));
  },
});

const createdKey = 'org.opencontainers.image.created';

const referrersTable: Table<Referrer> = {
  columns: ['Digest', 'ArtifactType', 'Created', 'Size'],
  quiet: 'Digest',
  fields: {
    Annotation: {
      header: 'ANNOTATION',
      value: () => '',
      lookup: ({ annotations }, key) => annotations[key] ?? '',
    },
    Annotations: { header: 'ANNOTATIONS', value: ({ annotations }) => JSON.stringify(annotations) },
    ArtifactType: {
      header: 'ARTIFACT TYPE',
      value: ({ artifactType, mediaType }) => artifactType ?? mediaType,
    },
    Created: {
      header: 'CREATED',
      value: ({ annotations }, { nowMs }) => {
        const created = annotations[createdKey];
        return created === undefined || Number.isNaN(Date.parse(created)) ? '' : humanAge(created, nowMs);
      },
    },
    Digest: {
      header: 'DIGEST',
      value: ({ digest }, { full, quiet }) => (full || quiet ? digest : shortId(digest)),
    },
    MediaType: { header: 'MEDIA TYPE', value: ({ mediaType }) => mediaType },
    Size: { header: 'SIZE', value: ({ sizeBytes }) => humanSize(sizeBytes, 3) },
  },
};
