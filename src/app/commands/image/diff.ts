import type { ImageDifference, ImageFileChange } from '../../../engine/image-difference.ts';
import type { ImageDetails } from '../../../engine/images.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { integer, text } from '../option-spec.ts';
import { type ConfigChange, configChanges } from './config-changes.ts';

export const imageDiff = defineCommand({
  id: 'image.diff',
  verbs: ['image diff'],
  summary: 'Show what differs between two images: files and configuration',
  args: {
    before: one('IMAGE', { source: 'image' }),
    after: one('IMAGE', { source: 'image', help: 'what it is compared with' }),
  },
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.Totals.Added}}'", { short: 'f' }),
    limit: integer('List at most so many files; all are counted', { initial: 1000 }),
  },
  on: { kind: 'image' },
  async run(ctx, { args, options }) {
    const { signal } = ctx;
    const limit = Math.max(0, options.limit);
    const { images } = ctx.engine;
    const [before, after] = await Promise.all([
      images.inspect(args.before, { signal }),
      images.inspect(args.after, { signal }),
    ]);
    const difference = await images.diff(args.before, args.after, { signal, limit });
    const changes = configChanges(before, after);
    if (options.format === undefined) {
      return { kind: 'lines', lines: diffLines(before, after, difference, changes) };
    }
    return {
      kind: 'documents',
      documents: [diffDocument(before, after, difference, changes)],
      format: options.format,
    };
  },
});

const marks: Readonly<Record<ImageFileChange['kind'], string>> = { added: 'A', changed: 'C', deleted: 'D' };

function diffLines(
  before: ImageDetails,
  after: ImageDetails,
  { files, totals, grownBytes, sharedLayers }: ImageDifference,
  changes: readonly ConfigChange[],
): readonly string[] {
  const listed = files.map((file) => `${marks[file.kind]} ${file.path}${sizeNote(file)}`);
  const all = totals.added + totals.changed + totals.deleted;
  const sign = grownBytes < 0 ? '-' : '+';
  return [
    ...listed,
    ...(all > files.length ? [`… ${all - files.length} more (--limit)`] : []),
    ...changes.map(
      ({ name, before: old, after: young }) => `~ ${name}: ${old ?? '(none)'} → ${young ?? '(none)'}`,
    ),
    ...(listed.length + changes.length > 0 ? [''] : []),
    `${totals.added} added, ${totals.changed} changed, ${totals.deleted} deleted, ` +
      `${sign}${humanSize(Math.abs(grownBytes), 3)}; ` +
      `${sharedLayers} of ${before.layers.length} and ${after.layers.length} layers shared`,
  ];
}

/** Of files only: what it takes, or how that changed. */
function sizeNote({ kind, type, beforeBytes, afterBytes }: ImageFileChange): string {
  if (type === 'directory') return '/';
  if (type !== 'file') return '';
  if (kind !== 'changed') return ` (${humanSize(beforeBytes + afterBytes, 3)})`;
  return ` (${humanSize(beforeBytes, 3)} → ${humanSize(afterBytes, 3)})`;
}

function diffDocument(
  before: ImageDetails,
  after: ImageDetails,
  { files, totals, grownBytes, sharedLayers }: ImageDifference,
  changes: readonly ConfigChange[],
): Readonly<Record<string, unknown>> {
  return {
    Before: before.id,
    After: after.id,
    SharedLayers: sharedLayers,
    Totals: { Added: totals.added, Changed: totals.changed, Deleted: totals.deleted },
    GrownBytes: grownBytes,
    Files: files.map(({ kind, path, type, beforeBytes, afterBytes }) => ({
      Kind: kind,
      Path: path,
      Type: type,
      BeforeBytes: beforeBytes,
      AfterBytes: afterBytes,
    })),
    Config: changes.map(({ name, before: old, after: young }) => ({ Name: name, Before: old, After: young })),
  };
}
