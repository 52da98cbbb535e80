import { one, rest } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, list, text } from '../option-spec.ts';
import { parseDetachKeys } from '../parse-detach-keys.ts';
import { requireTerminal } from '../require-terminal.ts';
import { refuseUnlessResponsive } from './container-states.ts';
import { readEnvironment } from './spec/read-environment.ts';

export const containerExec = defineCommand({
  id: 'container.exec',
  verbs: ['exec', 'container exec'],
  summary: 'Run a command in a running container',
  args: {
    container: one('CONTAINER', { source: 'running-container' }),
    command: rest('COMMAND [ARG...]', { minimum: 1, help: 'command to run inside' }),
  },
  options: {
    detach: flag('Leave it running in the background', { short: 'd' }),
    detachKeys: text('Keys that leave it running (ctrl-p,ctrl-q)'),
    env: list('Set an environment variable; a name alone takes the value it has here', { short: 'e' }),
    envFile: list('Read environment variables from a file', { source: 'file' }),
    interactive: flag('Keep stdin open', { short: 'i' }),
    privileged: flag('Give it all capabilities'),
    tty: flag('Give it a terminal', { short: 't' }),
    user: text('User to run as (name|uid[:group|gid])', { short: 'u' }),
    workdir: text('Folder to start in', { short: 'w' }),
  },
  on: { kind: 'container', refuse: refuseUnlessResponsive },
  examples: [{ line: 'gantry exec -it web sh', meaning: 'a shell beside what runs in web' }],
  async run(ctx, { args, options }) {
    const { detach, tty, interactive } = options;
    if (!detach) requireTerminal(ctx.io, { tty, stdin: interactive });
    const detachKeys = parseDetachKeys(options.detachKeys);
    const session = await ctx.engine.containers.exec(
      args.container,
      {
        command: args.command,
        detach,
        tty,
        stdin: interactive && !detach,
        env: await readEnvironment(options.envFile, options.env, ctx),
        user: options.user,
        workingDir: options.workdir,
        privileged: options.privileged,
        size: tty ? ctx.io.size : undefined,
      },
      { signal: ctx.signal },
    );
    if (detach) {
      // Leaving a session does not end its process. Nobody waits for its status.
      session.exit.catch(() => undefined);
      await session[Symbol.asyncDispose]();
      return { kind: 'none' };
    }
    return {
      kind: 'session',
      session,
      title: `${args.container}: ${args.command[0]}`,
      stdin: interactive,
      detachKeys,
      next: async (exitCode) => ({ kind: 'none', exitCode: exitCode ?? 0 }),
    };
  },
});
