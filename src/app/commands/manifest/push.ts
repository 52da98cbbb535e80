import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const manifestPush = defineCommand({
  id: 'manifest.push',
  verbs: ['manifest push'],
  summary: 'Push a manifest list to its registry',
  description:
    'What it lists from other repositories is brought into that of the list first: mounted where the registry is the ' +
    'same, copied where it is another. Prints the digest of the list.',
  args: { list: one('MANIFEST_LIST', { help: 'name of the list' }) },
  options: {
    insecure: flag('Take plain HTTP, and certificates nobody vouches for'),
    purge: flag('Keep the list here no longer', { short: 'p' }),
  },
  async run(ctx, { args, options }) {
    const operation = ctx.engine.manifestLists.push(args.list, {
      signal: ctx.signal,
      insecure: options.insecure,
      purge: options.purge,
    });
    return {
      kind: 'transfer',
      way: 'push',
      operation,
      quiet: false,
      // Scripts take the digest from stdout.
      stream: 'stderr',
      async next() {
        const { digest, brought } = await operation.result;
        const lines = brought.map((one) => `Pushed ref ${one.reference} with digest: ${one.digest}`);
        return { kind: 'lines', lines: [...lines, digest] };
      },
    };
  },
});
