import { GantryError } from '../../../base/gantry-error.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';
import { parseDetachKeys } from '../parse-detach-keys.ts';
import { requireTerminal } from '../require-terminal.ts';
import { containerSession } from './container-session.ts';
import { refuseUnlessResponsive } from './container-states.ts';

export const containerAttach = defineCommand({
  id: 'container.attach',
  verbs: ['attach', 'container attach'],
  summary: 'Join the streams of a running container',
  args: { container: one('CONTAINER', { source: 'running-container' }) },
  options: {
    detachKeys: text('Keys that leave it running (ctrl-p,ctrl-q)'),
    noStdin: flag('Do not join its stdin'),
    sigProxy: flag('Pass signals on to the process', { initial: true }),
  },
  keys: [{ key: 'a', places: ['containers', 'logs'] }],
  on: { kind: 'container', refuse: refuseUnlessResponsive },
  async run(ctx, { args, options }) {
    const detachKeys = parseDetachKeys(options.detachKeys);
    const details = await ctx.engine.containers.inspect(args.container, { signal: ctx.signal });
    const { id, name, spec, state } = details;
    if (state === 'paused') throw refuse('You cannot attach to a paused container, unpause it first');
    if (state === 'restarting') {
      throw refuse('You cannot attach to a restarting container, wait until it is running');
    }
    if (state !== 'running') throw refuse('You cannot attach to a stopped container, start it first');
    const tty = spec.tty ?? false;
    const stdin = !options.noStdin && (spec.openStdin ?? false);
    requireTerminal(ctx.io, { tty, stdin });
    const session = await ctx.engine.containers.attach(id, {
      signal: ctx.signal,
      stdin,
      size: tty ? ctx.io.size : undefined,
    });
    return containerSession(ctx, id, session, {
      title: name,
      stdin,
      detachKeys,
      // What is typed on a terminal is signal enough; one that hangs up is no concern of the container.
      signalProxy: options.sigProxy && !tty,
      autoRemove: false,
    });
  },
});

function refuse(message: string): GantryError {
  return new GantryError({ kind: 'conflict', code: 'container-not-running', message });
}
