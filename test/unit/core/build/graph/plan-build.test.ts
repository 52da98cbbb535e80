import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../../../../src/core/build/dockerfile/parse-dockerfile.ts';
import { NamedContexts } from '../../../../../src/core/build/graph/named-contexts.ts';
import { type PlanOptions, planBuild } from '../../../../../src/core/build/graph/plan-build.ts';
import { unusedBuildArgs } from '../../../../../src/core/build/graph/unused-build-args.ts';

const defaults: PlanOptions = {
  file: 'Dockerfile',
  target: undefined,
  buildArgs: {},
  buildPlatform: { os: 'linux', architecture: 'amd64' },
  targetPlatform: undefined,
};

function plan(text: string, options: Partial<PlanOptions> = {}) {
  const { value, diagnostics } = parseDockerfile(text, 'Dockerfile');
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return planBuild(value, { ...defaults, ...options });
}

const stages = `FROM alpine AS base
RUN base
FROM base AS one
RUN one
FROM base AS two
COPY --from=one /a /b
FROM scratch AS three
RUN --mount=type=bind,from=two,target=/x true
FROM scratch
COPY --from=2 /a /b
`;

describe('named contexts', () => {
  const contexts = new NamedContexts({
    Two: 'docker-image://img:2',
    'base:latest': 'docker-image://other',
    lib: '/l',
  });
  const text = `FROM base
RUN a
FROM y AS two
RUN b
FROM scratch
COPY --from=two a b
COPY --from=lib a b
COPY --from=0 a b
RUN --mount=from=lib,target=/x true
`;

  it('stand in for stages and images, and leave nothing of a stage to do', () => {
    const planned = plan(text, { contexts, allStages: true }).value;
    expect(planned?.stages.map(({ base, steps }) => [base, steps.length])).toEqual([
      [{ kind: 'image', reference: 'other' }, 1],
      [{ kind: 'image', reference: 'img:2' }, 0],
      [{ kind: 'scratch' }, 4],
    ]);
    // Nobody waits for a stage that another thing stands in for.
    expect(plan(text, { contexts }).value?.stages.map(({ index }) => index)).toEqual([0, 2]);
    expect(plan(text, { contexts, target: 'two' }).value?.stages[0]?.base).toEqual({
      kind: 'image',
      reference: 'img:2',
    });
  });

  it('never mean scratch or the main context', () => {
    const odd = new NamedContexts({ scratch: '/x', context: '/x' });
    expect([odd.find('scratch'), odd.find('context'), odd.find('Not A Name')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('planBuild', () => {
  it.each([
    [undefined, [0, 1, 2, 4]],
    ['three', [0, 1, 2, 3]],
    ['ONE', [0, 1]],
    ['0', [0]],
  ])('takes for target %s the stages %j', (target, expected) => {
    expect(plan(stages, { target }).value?.stages.map(({ index }) => index)).toEqual(expected);
  });

  it('names steps and what they need', () => {
    const planned = plan(stages, { target: 'two' }).value;
    expect(
      planned?.stages
        .flatMap(({ from, steps }) => [from, ...steps])
        .map(({ id, name, inputs }) => [id, name, inputs]),
    ).toEqual([
      ['0.0', '[base 1/2] FROM alpine AS base', []],
      ['0.1', '[base 2/2] RUN base', ['0.0']],
      ['1.0', '[one 1/2] FROM base AS one', ['0.1']],
      ['1.1', '[one 2/2] RUN one', ['1.0']],
      ['2.0', '[two 1/2] FROM base AS two', ['0.1']],
      ['2.1', '[two 2/2] COPY --from=one /a /b', ['2.0', '1.1']],
    ]);
    expect(plan('FROM a\nRUN b').value?.stages[0]?.steps[0]?.name).toBe('[2/2] RUN b');
  });

  it('tells scratch, stages and images apart', () => {
    const text =
      'FROM scratch\nFROM 0\nFROM alpine AS node\nFROM NODE\nFROM localhost:5000/x@sha256:00 AS last\nCOPY --from=node / /\nCOPY --from=nginx / /';
    const bases = ['0', '1', '2', '3', '4'].map(
      (target) => plan(text, { target }).value?.stages.at(-1)?.base,
    );
    expect(bases).toEqual([
      { kind: 'scratch' },
      { kind: 'image', reference: '0' },
      { kind: 'image', reference: 'alpine' },
      { kind: 'stage', index: 2 },
      { kind: 'image', reference: 'localhost:5000/x@sha256:00' },
    ]);
  });

  it('expands FROM with global arguments, defaults of earlier ones, and those of the platform', () => {
    const text =
      'ARG NAME=alpine\nARG TAG=$NAME-3\nFROM --platform=$BUILDPLATFORM $NAME:$TAG-$TARGETARCH AS x-$TARGETOS';
    expect(plan(text.replace(' AS x-$TARGETOS', '')).value?.stages[0]?.base).toMatchObject({
      reference: 'alpine:alpine-3-amd64',
    });
    const options = { buildArgs: { NAME: 'debian' }, targetPlatform: { os: 'linux', architecture: 'arm64' } };
    const other = plan(text.replace(' AS x-$TARGETOS', ''), options).value?.stages[0];
    expect(other?.base).toMatchObject({ reference: 'debian:debian-3-arm64' });
    expect(other).toMatchObject({ platform: { architecture: 'amd64' }, platformGiven: true });
  });

  it.each([
    ['ARG X\nFROM $X', {}, 'base name ($X) should not be blank'],
    ['FROM a:$' + '{', {}, "syntax error: missing '}'"],
    [
      'FROM --platform=a/b/c/d x',
      {},
      'failed to parse platform a/b/c/d: "a/b/c/d" is an invalid platform specifier',
    ],
    ['FROM a\nCOPY --from=3 / /', {}, 'invalid from flag value 3: there is no earlier stage of that number'],
    [
      'FROM a\nCOPY --from=1 / /\nFROM b',
      { target: '0' },
      'cannot copy from stage "1", it needs to be defined before the stage that takes from it',
    ],
    ['FROM a\nFROM b\nCOPY --from=1 / /', {}, 'circular dependency detected on stage: 1'],
    ['FROM x AS a\nCOPY --from=A / /', {}, 'circular dependency detected on stage: A'],
    ['FROM x AS a\nRUN --mount=from=a,target=/x true', {}, 'circular dependency detected on stage: a'],
    ['FROM a AS builder', { target: 'bulider' }, 'target stage "bulider" could not be found'],
  ])('says of %j with %j: %s', (text, options, message) => {
    const { value, diagnostics } = plan(text, options);
    expect(value).toBeUndefined();
    expect(diagnostics.find(({ severity }) => severity === 'error')?.message).toBe(message);
  });

  it('offers the target that was meant', () => {
    expect(plan('FROM a AS builder', { target: 'bulider' }).diagnostics[0]?.hint).toBe(
      'did you mean builder? (stages: builder)',
    );
    expect(plan('FROM a AS builder', { target: 'zzz' }).diagnostics[0]?.hint).toBe('stages: builder');
  });
});

describe('unusedBuildArgs', () => {
  it('names arguments nobody asks for, and no predefined ones', () => {
    const { value } = parseDockerfile('ARG A\nFROM x\nARG B C=1', 'D');
    const given = {
      A: '',
      B: '',
      C: '',
      D: '',
      http_proxy: '',
      TARGETARCH: '',
      BUILDKIT_X: '',
      SOURCE_DATE_EPOCH: '',
    };
    expect(value && unusedBuildArgs(value, given)).toEqual(['D']);
  });
});
