import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { inspectEach } from '../inspect-each.ts';
import { flag, text } from '../option-spec.ts';
import { networkDocument } from './network-document.ts';

export const networkInspect = defineCommand({
  id: 'network.inspect',
  verbs: ['network inspect'],
  summary: 'Show everything about networks',
  args: { networks: many('NETWORK', { source: 'network' }) },
  options: {
    verbose: flag('Show what a swarm knows too; there is none here', { short: 'v' }),
    format: text("Output format: 'json', or a Go template such as '{{.Driver}}'", { short: 'f' }),
  },
  keys: [{ key: 'i', places: ['networks'] }],
  on: { kind: 'network' },
  run: (ctx, { args, options }) =>
    inspectEach(args.networks, options.format, (name) => networkDocument(ctx, name)),
});
