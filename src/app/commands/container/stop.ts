import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { integer, text } from '../option-spec.ts';
import { refuseUnlessRunning } from './container-states.ts';

export const containerStop = defineCommand({
  id: 'container.stop',
  verbs: ['stop', 'container stop'],
  summary: 'Stop running containers',
  description:
    'Sends the stop signal of the container, gives it time to end, then kills it. Stopping one that has ended is fine.',
  args: { containers: many('CONTAINER', { source: 'running-container' }) },
  options: {
    signal: text('Signal to send to the container', { short: 's', source: 'signal' }),
    timeout: integer('Seconds to wait before killing it; -1 waits for ever', {
      short: 't',
      aliases: ['time'],
    }),
  },
  keys: [{ key: 's', places: ['containers', 'logs'] }],
  on: { kind: 'container', refuse: refuseUnlessRunning },
  run: (ctx, { args, options }) =>
    onEach(args.containers, async (container, warn) => {
      const { warnings } = await ctx.engine.containers.stop(container, {
        signal: ctx.signal,
        ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
        ...(options.signal !== undefined && { stopSignal: options.signal }),
      });
      warnings.forEach(warn);
      return container;
    }),
});
