import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';

/** Docker's, where nobody knows it; a process may end with it too. */
const lostStatus = 255;

export const containerWait = defineCommand({
  id: 'container.wait',
  verbs: ['wait', 'container wait'],
  summary: 'Wait until containers stop, then print their exit codes',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {},
  run: (ctx, { args }) =>
    onEach(args.containers, async (container, warn) => {
      const exitCode = await ctx.engine.containers.wait(container, { signal: ctx.signal });
      if (exitCode === lostStatus) {
        // With `--rm` there is nothing to ask any more.
        const found = await ctx.engine.containers.inspect(container).catch(() => undefined);
        if (found?.exitCode === lostStatus && found.error !== '')
          warn(`container ${found.name}: ${found.error}`);
      }
      return String(exitCode);
    }),
});
