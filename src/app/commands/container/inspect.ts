import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { inspectEach } from '../inspect-each.ts';
import { flag, text } from '../option-spec.ts';
import { containerDocument } from './container-document.ts';

export const containerInspect = defineCommand({
  id: 'container.inspect',
  verbs: ['container inspect'],
  summary: 'Show everything about containers',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.State.Pid}}'", { short: 'f' }),
    size: flag('Measure how much each has written', { short: 's' }),
  },
  keys: [{ key: 'i', places: ['containers', 'logs'] }],
  on: { kind: 'container' },
  run: (ctx, { args, options }) =>
    inspectEach(args.containers, options.format, async (container) =>
      containerDocument(
        await ctx.engine.containers.inspect(container, { signal: ctx.signal, size: options.size }),
      ),
    ),
});
