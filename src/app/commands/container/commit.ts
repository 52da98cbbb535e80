import { one, optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, list, text } from '../option-spec.ts';

export const containerCommit = defineCommand({
  id: 'container.commit',
  verbs: ['commit', 'container commit'],
  summary: 'Make an image of a container',
  description:
    'The image is that of the container, with what differs as one more layer and the container’s command, environment and labels as its own. What is in volumes and binds is not part of it. A running container is frozen meanwhile.',
  args: {
    container: one('CONTAINER', { source: 'container' }),
    reference: optional('REPOSITORY[:TAG]', { help: 'name for it' }),
  },
  options: {
    author: text('Who made it (“Ada <ada@example.org>”)', { short: 'a' }),
    change: list('Apply a Dockerfile instruction (CMD, ENV, …)', { short: 'c' }),
    message: text('Say what it is, for its history', { short: 'm' }),
    noPause: flag('Let its processes go on meanwhile'),
    pause: flag('Freeze its processes meanwhile', { short: 'p', initial: true }),
  },
  on: { kind: 'container' },
  async run(ctx, { args, options }) {
    const id = await ctx.engine.containers.commit(args.container, {
      signal: ctx.signal,
      reference: args.reference,
      author: options.author,
      message: options.message,
      changes: options.change,
      pause: options.pause && !options.noPause,
    });
    return { kind: 'lines', lines: [id] };
  },
});
