import { describe, expect, it } from 'vitest';
import { answerShell } from '../../../src/cli/completion/answer-shell.ts';
import { shellQuestion } from '../../../src/cli/completion/shell-question.ts';

describe('the line a shell wants to go on with', () => {
  const words = (...asked: readonly string[]) => shellQuestion(asked).words;

  it('is words, the one being typed last', () => {
    expect(words('stop', 'w')).toEqual(['stop', 'w']);
    expect(words('stop', '')).toEqual(['stop', '']);
    expect(words('--line', 'gantry stop w')).toEqual(['stop', 'w']);
    expect(words('--line', 'gantry stop ')).toEqual(['stop', '']);
    expect(words('--line', 'gantry stop "a b')).toEqual(['stop', 'a b']);
    expect(words('--line', 'gantry')).toEqual(['']);
  });

  it('keeps the options before the command apart', () => {
    const question = shellQuestion(['--root', '/srv', 'stop', '']);
    expect(question).toMatchObject({ words: ['stop', ''], early: false, globals: { root: '/srv' } });
    expect(shellQuestion(['--root', '/s']).early).toBe(true);
    expect(shellQuestion(['stop', ''], ['--root', '/srv'])).toMatchObject({
      globals: { root: '/srv' },
      words: ['stop', ''],
    });
  });

  it('is answered, whatever goes wrong', async () => {
    const world = {
      commands: [],
      pluginCommands: () => Promise.reject(new Error('no')),
      openEngine: () => Promise.reject(new Error('no')),
    };
    expect(await answerShell(shellQuestion(['st']), world)).toBe(':none\n');
    expect(await answerShell(shellQuestion(['--ro']), world)).toMatch(/^:none\n--root\t/);
    expect(await answerShell(shellQuestion(['--root', '']), world)).toBe(':directory\n');
  });
});
