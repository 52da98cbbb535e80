import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { text } from '../option-spec.ts';
import { parseDetachKeys } from '../parse-detach-keys.ts';
import { requireTerminal } from '../require-terminal.ts';
import { refuseUnlessResponsive } from './container-states.ts';

/** The best shell there is, found inside: one exec, whatever the image has. */
const script = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

export const containerShell = defineCommand({
  id: 'container.shell',
  verbs: ['shell', 'container shell'],
  summary: 'Open a shell in a running container',
  description: 'As exec -it with bash where the image has it, else sh.',
  args: { container: one('CONTAINER', { source: 'running-container' }) },
  options: {
    detachKeys: text('Keys that leave it running (ctrl-p,ctrl-q)'),
    user: text('User to run as (name|uid[:group|gid])', { short: 'u' }),
    workdir: text('Folder to start in', { short: 'w' }),
  },
  keys: [{ key: 'e', places: ['containers', 'logs'] }],
  on: { kind: 'container', refuse: refuseUnlessResponsive },
  async run(ctx, { args, options }) {
    requireTerminal(ctx.io, { tty: true, stdin: true });
    const detachKeys = parseDetachKeys(options.detachKeys);
    const session = await ctx.engine.containers.exec(
      args.container,
      {
        command: ['sh', '-c', script],
        tty: true,
        stdin: true,
        env: [`TERM=${ctx.env['TERM'] ?? 'xterm'}`],
        user: options.user,
        workingDir: options.workdir,
        size: ctx.io.size,
      },
      { signal: ctx.signal },
    );
    return {
      kind: 'session',
      session,
      title: `${args.container}: shell`,
      stdin: true,
      detachKeys,
      next: async (exitCode) => ({ kind: 'none', exitCode: exitCode ?? 0 }),
    };
  },
});
