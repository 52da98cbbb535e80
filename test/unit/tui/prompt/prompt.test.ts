import { describe, expect, it } from 'vitest';
import { allCommands } from '../../../../src/app/commands/all-commands.ts';
import { initialEngineState } from '../../../../src/app/state/engine-state.ts';
import {
  openPrompt,
  promptProposed,
  promptRecalled,
  promptTyped,
} from '../../../../src/tui/prompt/prompt-state.ts';
import { proposals } from '../../../../src/tui/prompt/proposals.ts';
import { withoutLastWord } from '../../../../src/tui/view/without-last-word.ts';
import { sampleContainers, sampleImages } from '../../../support/sample-objects.ts';

const commands = await allCommands();
const engine = { ...initialEngineState, images: sampleImages(), containers: sampleContainers() };
const texts = (line: string): string[] => proposals(line, commands, engine).map(({ text }) => text);

describe('proposals', () => {
  it('begin with verbs', () => {
    expect(texts('sta')).toEqual(['start', 'stats']);
    expect(texts('container st')).toEqual(['container start', 'container stats', 'container stop']);
  });

  it('go on with the names a command acts upon', () => {
    expect(texts('stop ')).toEqual(['web', 'api']);
    expect(texts('rm mi')).toEqual(['migrate']);
    expect(texts('run deb')).toEqual(['debian:12']);
  });

  it('offer options after a hyphen', () => {
    expect(texts('stop --ti')).toEqual(['--timeout']);
  });

  it('keep what stands before the word', () => {
    expect(proposals('stop -t 3 we', commands, engine)[0]?.line).toBe('stop -t 3 web ');
  });

  it('are never more than fit, and none for what is complete', () => {
    expect(texts('').length).toBeLessThanOrEqual(8);
    expect(texts('stop web')).toEqual([]);
  });
});

describe('prompt', () => {
  const history = ['ps -a', 'stop web', 'ps', 'rm web'];

  it('goes back and forth through lines that begin like the one written', () => {
    let prompt = promptTyped(openPrompt('command'), 'p');
    prompt = promptRecalled(prompt, history, -1);
    expect(prompt.text).toBe('ps');
    prompt = promptRecalled(prompt, history, -1);
    expect(prompt.text).toBe('ps -a');
    prompt = promptRecalled(prompt, history, -1);
    expect(prompt.text).toBe('ps -a');
    prompt = promptRecalled(promptRecalled(prompt, history, 1), history, 1);
    expect(prompt.text).toBe('p');
  });

  it('marks proposals around the ends', () => {
    const prompt = openPrompt('command');
    expect(promptProposed(prompt, 3, 1).proposal).toBe(0);
    expect(promptProposed(promptProposed(prompt, 3, -1), 3, 1).proposal).toBe(0);
    expect(promptProposed(prompt, 0, 1)).toBe(prompt);
  });

  it('takes words back', () => {
    expect(['run web:1', 'run ', 'run', ''].map(withoutLastWord)).toEqual(['run ', '', '', '']);
  });
});
