import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../../../../src/core/build/dockerfile/parse-dockerfile.ts';
import { goQuote } from '../../../../../src/core/build/go-quote.ts';
import { applyConfig, type ConfigInstruction } from '../../../../../src/core/build/ops/apply-config.ts';
import { exposedPorts } from '../../../../../src/core/build/ops/expose-port.ts';
import { makeExpander } from '../../../../../src/core/build/solver/expander.ts';
import { type StageState, scratchState } from '../../../../../src/core/build/solver/stage-state.ts';

const buildArgs = { GIVEN: 'from-build', OVER: 'build' };
const globalArgs = new Map([['GLOBAL', 'from-top']]);

/** Applies all instructions of a body in order; gives the state and the history's words. */
function applied(body: string): { state: StageState; createdBy: readonly (string | undefined)[] } {
  const instructions = parseDockerfile(`FROM scratch\n${body}`, 'D').value?.stages[0]?.instructions ?? [];
  let state = scratchState({ os: 'linux', architecture: 'amd64' });
  const createdBy: (string | undefined)[] = [];
  for (const instruction of instructions) {
    const expand = makeExpander({ state, escape: '\\', position: instruction.position });
    const change = applyConfig(instruction as ConfigInstruction, { state, expand, buildArgs, globalArgs });
    state = change.state;
    createdBy.push(change.createdBy);
  }
  return { state, createdBy };
}

describe('applyConfig', () => {
  it('expands with the values from before the instruction', () => {
    const { state } = applied('ENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc');
    expect(state.config.Env?.slice(1)).toEqual(['abc=bye', 'def=hello', 'ghi=bye']);
  });

  it('gives ARG the value of the build, of the file, or of the top, and lets a later ENV beat it', () => {
    const { state, createdBy } = applied(
      'ARG GIVEN=x GLOBAL LOCAL=y$GIVEN NONE OVER=1\nENV OVER=env\nLABEL l="$GIVEN $GLOBAL $LOCAL $NONE $OVER"',
    );
    expect(state.config.Labels).toEqual({ l: 'from-build from-top yfrom-build  env' });
    expect(createdBy[0]).toBe('ARG GIVEN=from-build GLOBAL=from-top LOCAL=yfrom-build NONE OVER=build');
  });

  it('lets an ARG beat the ENV before it, until the next ENV, and keeps it out of the image', () => {
    const { state } = applied(
      'ENV A=env B=env\nARG A=arg B=arg\nARG A\nENV B=later SEEN=$A$B\nLABEL l="$A $B $SEEN"',
    );
    expect(state.config.Labels).toEqual({ l: 'arg later argarg' });
    expect(state.config.Env?.slice(1)).toEqual(['A=env', 'B=later', 'SEEN=argarg']);
  });

  it('resets an inherited command with ENTRYPOINT, but not its own', () => {
    expect(applied('ENTRYPOINT ["e"]').state.config).toMatchObject({ Entrypoint: ['e'], Cmd: null });
    expect(applied('CMD ["c"]\nENTRYPOINT ["e"]').state.config).toMatchObject({
      Entrypoint: ['e'],
      Cmd: ['c'],
    });
  });

  it('runs shell forms by the shell of the stage', () => {
    const { state } = applied('SHELL ["/bin/bash", "-c"]\nCMD echo "$x"');
    expect(state.config.Cmd).toEqual(['/bin/bash', '-c', 'echo "$x"']);
  });

  it.each([
    ['EXPOSE 0x50', 'invalid containerPort: 0x50'],
    ['EXPOSE 90-80', 'invalid containerPort: 90-80'],
    ['STOPSIGNAL 99', 'Invalid signal: 99'],
    ['STOPSIGNAL SIGNOPE', 'Invalid signal: SIGNOPE'],
    ['VOLUME $EMPTY', 'VOLUME specified can not be an empty string'],
    [
      'ENV a=$' + '{b:?gone}',
      'dockerfile parse error on line 2: failed to process "$' + '{b:?gone}": b: gone',
    ],
  ])('refuses %j', (body, message) => {
    expect(() => applied(body)).toThrow(message);
  });

  it.each(['SIGTERM', 'term', '9', 'SIGRTMIN+3', 'RTMAX-1'])('takes the signal %s', (signal) => {
    expect(applied(`STOPSIGNAL ${signal}`).state.config.StopSignal).toBe(signal);
  });
});

describe('exposedPorts', () => {
  it.each([
    ['80', ['80/tcp']],
    ['80/UDP', ['80/udp']],
    ['1-3/sctp', ['1/sctp', '2/sctp', '3/sctp']],
    ['127.0.0.1:80:8080', ['8080/tcp']],
    ['65536', undefined],
    ['80/http', undefined],
  ])('%j is %j', (word, expected) => expect(exposedPorts(word)).toEqual(expected));
});

describe('goQuote', () => {
  it.each([
    ['plain', '"plain"'],
    ['a"b\\c\n\t', '"a\\"b\\\\c\\n\\t"'],
    ['\u0007\u000b\u0001', '"\\a\\v\\x01"'],
    ['日本', '"日本"'],
  ])('%j', (text, expected) => expect(goQuote(text)).toBe(expected));
});
