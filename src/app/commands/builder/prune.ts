import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { flag } from '../option-spec.ts';

export const builderPrune = defineCommand({
  id: 'builder.prune',
  verbs: ['builder prune'],
  summary: 'Remove build cache',
  args: {},
  options: {
    all: flag('All of it, not just what no image is built upon', { short: 'a' }),
    force: flag('Do not ask', { short: 'f' }),
  },
  refused: { filter: 'the cache is pruned as a whole', 'keep-storage': 'the cache is pruned as a whole' },
  needs: ['build.cache'],
  danger: {
    asks: 'always',
    async question({ engine, signal }, { options }) {
      if (options.force) return undefined;
      const { removed, reclaimedBytes } = await engine.builds.pruneCache({
        signal,
        all: options.all,
        dryRun: true,
      });
      return {
        text: `WARNING! This will remove all ${options.all ? '' : 'dangling '}build cache.`,
        items: removed.length === 0 ? [] : [...removed, `${humanSize(reclaimedBytes)} would be reclaimed`],
        prompt: 'Are you sure you want to continue?',
      };
    },
  },
  async run({ engine, signal }, { options }) {
    const { removed, reclaimedBytes } = await engine.builds.pruneCache({ signal, all: options.all });
    return {
      kind: 'removals',
      sections: [{ noun: 'build cache objects', lines: removed }],
      reclaimedBytes,
    };
  },
});
