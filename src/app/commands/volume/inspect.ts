import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { inspectEach } from '../inspect-each.ts';
import { text } from '../option-spec.ts';
import { volumeDocument } from './volume-document.ts';

export const volumeInspect = defineCommand({
  id: 'volume.inspect',
  verbs: ['volume inspect'],
  summary: 'Show everything about volumes',
  args: { volumes: many('VOLUME', { source: 'volume' }) },
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.Mountpoint}}'", { short: 'f' }),
  },
  keys: [{ key: 'i', places: ['volumes'] }],
  on: { kind: 'volume' },
  run: (ctx, { args, options }) =>
    inspectEach(args.volumes, options.format, async (name) =>
      volumeDocument(await ctx.engine.volumes.inspect(name, { signal: ctx.signal })),
    ),
});
