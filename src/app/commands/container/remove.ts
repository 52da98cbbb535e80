import type { ContainerSummary } from '../../../engine/containers.ts';
import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { flag } from '../option-spec.ts';
import { isRunning } from './container-states.ts';

export const containerRemove = defineCommand({
  id: 'container.remove',
  verbs: ['rm', 'container rm', 'container remove'],
  summary: 'Remove containers',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {
    force: flag('Kill it first if it runs', { short: 'f' }),
    volumes: flag('Remove its anonymous volumes too', { short: 'v' }),
  },
  refused: { link: 'there are no links', l: 'there are no links' },
  keys: [{ key: 'd', places: ['containers'] }],
  on: { kind: 'container' },
  danger: {
    asks: 'screen',
    async question(ctx, { args, options }) {
      const found = await Promise.all(
        args.containers.map((container) => ctx.engine.containers.inspect(container, { signal: ctx.signal })),
      );
      const who = found.length === 1 ? 'it' : 'they';
      return {
        text: `Remove ${found.length === 1 ? 'this container' : `these ${found.length} containers`}?`,
        items: found.map(({ name, image, state }) => `${name}  ${image}  ${state}`),
        prompt: options.force
          ? `What runs is killed; what ${who} wrote is lost.`
          : `What ${who} wrote is lost.${stays(found.filter(isRunning))}`,
      };
    },
  },
  run: (ctx, { args, options }) =>
    onEach(
      args.containers,
      async (container) => {
        await ctx.engine.containers.remove(container, {
          signal: ctx.signal,
          force: options.force,
          volumes: options.volumes,
        });
        return container;
      },
      options,
    ),
});

/** What runs is refused: better said before than after. */
function stays(running: readonly ContainerSummary[]): string {
  if (running.length === 0) return '';
  const names = running.map(({ name }) => name).join(', ');
  return running.length === 1
    ? ` ${names} runs and stays: stop it first.`
    : ` ${names} run and stay: stop them first.`;
}
