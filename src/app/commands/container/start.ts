import { GantryError } from '../../../base/gantry-error.ts';
import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { flag, text } from '../option-spec.ts';
import { parseDetachKeys } from '../parse-detach-keys.ts';
import { requireTerminal } from '../require-terminal.ts';
import { containerSession } from './container-session.ts';

export const containerStart = defineCommand({
  id: 'container.start',
  verbs: ['start', 'container start'],
  summary: 'Start stopped containers',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {
    attach: flag('Join its output and pass signals on', { short: 'a' }),
    detachKeys: text('Keys that leave it running (ctrl-p,ctrl-q)'),
    interactive: flag('Join its stdin', { short: 'i' }),
  },
  refused: { checkpoint: 'there are no checkpoints', 'checkpoint-dir': 'there are no checkpoints' },
  keys: [{ key: 'S', places: ['containers', 'logs'] }],
  on: {
    kind: 'container',
    refuse: ({ state, name }) => {
      if (state === 'paused') return `${name} is paused: unpause it`;
      return state === 'running' ? `${name} is running` : undefined;
    },
  },
  needs: ['container.run'],
  async run(ctx, { args, options }) {
    const { containers } = ctx.engine;
    if (!options.attach && !options.interactive) {
      return onEach(args.containers, async (container) => {
        await containers.start(container, { signal: ctx.signal });
        return container;
      });
    }
    const [container = '', another] = args.containers;
    if (another !== undefined) {
      throw new GantryError({
        kind: 'usage',
        code: 'one-container',
        message: 'you cannot start and attach multiple containers at once',
        details: { exitCode: 1 },
      });
    }
    const detachKeys = parseDetachKeys(options.detachKeys);
    const { id, name, spec } = await containers.inspect(container, { signal: ctx.signal });
    const tty = spec.tty ?? false;
    const stdin = options.interactive && (spec.openStdin ?? false);
    requireTerminal(ctx.io, { tty, stdin });
    const session = await containers
      .startAttached(id, { signal: ctx.signal, stdin, size: tty ? ctx.io.size : undefined })
      .catch((error: unknown) => {
        // What cannot start has no status of its own to hand on.
        throw error instanceof GantryError ? error.with({ details: { exitCode: 1 } }) : error;
      });
    return containerSession(ctx, id, session, {
      title: name,
      stdin,
      detachKeys,
      signalProxy: true,
      autoRemove: spec.autoRemove ?? false,
    });
  },
});
