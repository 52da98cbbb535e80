import { describe, expect, it } from 'vitest';
import { commandIndex } from '../../../../src/app/commands/command-index.ts';
import { completeWords } from '../../../../src/app/completion/complete-words.ts';
import { FakeEngine } from '../../../support/fake-engine.ts';

async function complete(
  words: string,
  world: { readonly engine?: FakeEngine; readonly plugin?: string } = {},
) {
  let opened = 0;
  const { offers, files } = await completeWords(words.split(' '), {
    commands: commandIndex,
    pluginCommands: async () => {
      const [first] = commandIndex;
      return world.plugin === undefined || first === undefined
        ? []
        : [{ ...first, id: 'x.y', verbs: [world.plugin], summary: 'From a plugin' }];
    },
    openEngine: async () => {
      opened += 1;
      return world.engine ?? new FakeEngine();
    },
  });
  return { texts: offers.map(({ text }) => text), files, opened };
}

describe('a shell is offered', () => {
  it('verbs and nouns, then the verbs of a noun, without an engine', async () => {
    expect(await complete('sta')).toEqual({ texts: ['start', 'stats'], files: 'none', opened: 0 });
    expect((await complete('vol')).texts).toEqual(['volume']);
    expect((await complete('volume p')).texts).toEqual(['prune']);
    expect((await complete('nonsense ')).texts).toEqual([]);
  });

  it('commands of plugins', async () => {
    expect((await complete('greet', { plugin: 'greet world' })).texts).toEqual(['greet']);
    expect((await complete('greet wo', { plugin: 'greet world' })).texts).toEqual(['world']);
  });

  it('names of what the command acts upon, past options and their values', async () => {
    expect((await complete('stop ')).texts).toEqual(['web', 'api']);
    expect((await complete('stop -t 3 --signal TERM w')).texts).toEqual(['web']);
    expect((await complete('rm -f mi')).texts).toEqual(['migrate']);
    expect((await complete('run -it --rm deb')).texts).toEqual(['debian:12']);
    expect((await complete('cp we')).texts).toEqual(['web:']);
    expect((await complete('cp we')).files).toBe('file');
  });

  it('nothing of ours within the command of a container', async () => {
    expect(await complete('exec web --')).toEqual({ texts: [], files: 'none', opened: 0 });
    expect((await complete('run debian:12 ')).texts).toEqual([]);
  });

  it('options that were not given yet, and those that may be repeated', async () => {
    expect((await complete('stop --ti')).texts).toEqual(['--timeout']);
    expect((await complete('stop --timeout 3 --ti')).texts).toEqual([]);
    expect((await complete('run -e A=1 --env')).texts).toEqual(['--env', '--env-file']);
  });

  it('the values of options, also after an equals sign', async () => {
    expect((await complete('kill --signal SIGH')).texts).toEqual(['SIGHUP']);
    expect((await complete('kill --signal=SIGH')).texts).toEqual(['--signal=SIGHUP']);
    expect((await complete('build --progress r')).texts).toEqual(['rawjson']);
    expect((await complete('build --file ')).files).toBe('file');
    expect((await complete('build ')).files).toBe('directory');
  });
});
