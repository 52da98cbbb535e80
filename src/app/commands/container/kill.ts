import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { text } from '../option-spec.ts';
import { refuseUnlessRunning } from './container-states.ts';

export const containerKill = defineCommand({
  id: 'container.kill',
  verbs: ['kill', 'container kill'],
  summary: 'Kill running containers',
  args: { containers: many('CONTAINER', { source: 'running-container' }) },
  options: { signal: text('Signal to send instead of KILL', { short: 's', source: 'signal' }) },
  keys: [{ key: 'K', places: ['containers', 'logs'] }],
  on: { kind: 'container', refuse: refuseUnlessRunning },
  danger: {
    asks: 'screen',
    question: async (_ctx, { args }) => ({
      text: `Kill ${args.containers.join(', ')}?`,
      items: [],
      prompt: 'It gets no time to end properly.',
    }),
  },
  run: (ctx, { args, options }) =>
    onEach(args.containers, async (container) => {
      await ctx.engine.containers.kill(container, {
        signal: ctx.signal,
        ...(options.signal !== undefined && { killSignal: options.signal }),
      });
      return container;
    }),
});
