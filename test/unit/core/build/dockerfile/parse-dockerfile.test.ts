import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dockerfile, StageInstruction } from '../../../../../src/core/build/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../../../../src/core/build/dockerfile/parse-dockerfile.ts';

function parsed(text: string): Dockerfile {
  const { value, diagnostics } = parseDockerfile(text, 'Dockerfile');
  if (value === undefined) throw new Error(`does not parse: ${JSON.stringify(diagnostics)}`);
  return value;
}

function instructions(body: string): readonly StageInstruction[] {
  return parsed(`FROM scratch\n${body}`).stages[0]?.instructions ?? [];
}

function firstError(text: string): string | undefined {
  const { diagnostics } = parseDockerfile(text, 'Dockerfile');
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return error && `${error.position.line}: ${error.message}`;
}

describe('parseDockerfile', () => {
  it.each([
    ['FROM scratch\nFOO bar', '2: unknown instruction: FOO'],
    ['FROM scratch\nfoo', '2: unknown instruction: foo'],
    ['', '1: file with no instructions'],
    ['# nothing\n\n', '1: file with no instructions'],
    ['ARG a', '1: no build stage in current context'],
    ['RUN true', '1: no build stage in current context'],
    ['FROM', '1: FROM requires either one or three arguments'],
    ['FROM a b', '1: FROM requires either one or three arguments'],
    ['FROM a in b', '1: FROM requires either one or three arguments'],
    [
      'FROM a AS 1b',
      `1: invalid name for build stage: "1b", name can't start with a number or contain symbols`,
    ],
    ['FROM --boo=x a', '1: unknown flag: --boo'],
    ['FROM --platform=a --platform=b a', '1: duplicate flag specified: platform'],
    ['FROM --platform a', '1: missing a value on flag: platform'],
    ['FROM a\nENV', '2: ENV requires at least one argument'],
    ['FROM a\nENV a', '2: ENV must have two arguments'],
    ['FROM a\nENV a=b c', `2: Syntax error - can't find = in "c". Must be of the form: name=value`],
    ['FROM a\nENV =b', '2: ENV names can not be blank'],
    ['FROM a\nLABEL', '2: LABEL requires at least one argument'],
    ['FROM a\nARG', '2: ARG requires at least one argument'],
    ['FROM a\nARG =x', '2: ARG names can not be blank'],
    [
      'FROM a\nCOPY a',
      '2: COPY requires at least two arguments, but only one was provided. Destination could not be determined.',
    ],
    ['FROM a\nCOPY a <<EOF\nEOF', '2: COPY cannot accept a heredoc as a destination'],
    ['FROM a\nCOPY --link=maybe a b', '2: expecting boolean value for flag link, not: maybe'],
    [
      'FROM a\nCOPY --from=$x a b',
      "2: 'from' doesn't support variable expansion, define alias stage instead",
    ],
    ['FROM a\nCOPY --checksum=x a b', '2: unknown flag: --checksum'],
    ['FROM a\nADD --from=x a b', '2: unknown flag: --from'],
    ['FROM a\nRUN', '2: RUN requires at least one argument'],
    ['FROM a\nRUN <<EOF\necho', '2: unterminated heredoc'],
    ['FROM a\nRUN --mount=type=bnid,target=/x true', '2: unsupported mount type "bnid"'],
    ['FROM a\nRUN --mount=type=cache true', '2: invalid mount config for type "cache": target is required'],
    ['FROM a\nRUN --network=weird true', '2: invalid network value "weird" for RUN --network'],
    ['FROM a\nRUN [1, 2]', '2: when using JSON array syntax, arrays must be comprised of strings only'],
    ['FROM a\nCMD --x a', '2: unknown flag: --x'],
    ['FROM a\nSHELL bash', '2: SHELL requires the arguments to be in JSON form'],
    ['FROM a\nSHELL []', '2: SHELL requires at least one argument'],
    ['FROM a\nUSER', '2: USER requires exactly one argument'],
    ['FROM a\nWORKDIR', '2: WORKDIR requires exactly one argument'],
    ['FROM a\nSTOPSIGNAL', '2: STOPSIGNAL requires exactly one argument'],
    ['FROM a\nEXPOSE', '2: EXPOSE requires at least one argument'],
    ['FROM a\nVOLUME', '2: VOLUME requires at least one argument'],
    ['FROM a\nVOLUME ["", "/a"]', '2: VOLUME specified can not be an empty string'],
    ['FROM a\nONBUILD', '2: ONBUILD requires at least one argument'],
    ['FROM a\nONBUILD ONBUILD RUN x', "2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['FROM a\nONBUILD FROM x', "2: FROM isn't allowed as an ONBUILD trigger"],
    ['FROM a\nONBUILD MAINTAINER x', "2: MAINTAINER isn't allowed as an ONBUILD trigger"],
    ['FROM a\nONBUILD FOO x', '2: unknown instruction: FOO'],
    ['FROM a\nHEALTHCHECK', '2: HEALTHCHECK requires at least one argument'],
    ['FROM a\nHEALTHCHECK NONE x', '2: HEALTHCHECK NONE takes no arguments'],
    ['FROM a\nHEALTHCHECK CMD', '2: Missing command after HEALTHCHECK CMD'],
    ['FROM a\nHEALTHCHECK FOO x', '2: Unknown type "FOO" in HEALTHCHECK (try CMD)'],
    ['FROM a\nHEALTHCHECK --interval=1us CMD x', '2: Interval "interval" cannot be less than 1ms'],
    ['FROM a\nHEALTHCHECK --retries=-1 CMD x', '2: --retries cannot be negative (-1)'],
    ['# escape=x\nFROM a', "1: invalid escape token 'x' does not match ` or \\"],
    ['# escape=`\n# escape=`\nFROM a', '2: only one escape parser directive can be used'],
    [`FROM a\nRUN ${'x'.repeat(65_536)}`, '2: dockerfile line greater than max allowed size of 65535'],
  ])('says of %j: %s', (text, expected) => expect(firstError(text)).toBe(expected));

  it('offers what was probably meant', () => {
    const hints = [
      'FROM a\nCOPPY a b',
      'FROM a\nCOPY --chwon=1 a b',
      'FROM a\nRUN --mount=type=cahce,target=/x y',
    ];
    expect(hints.map((text) => parseDockerfile(text, 'D').diagnostics[0]?.hint)).toEqual([
      'did you mean COPY?',
      'did you mean --chown?',
      'did you mean cache?',
    ]);
  });

  it('reports every error, each with its own lines and column', () => {
    const { diagnostics } = parseDockerfile('FROM a\nFOO x\n  BAR \\\n y\nUSER', 'Dockerfile');
    expect(diagnostics.map(({ position }) => [position.line, position.column, position.endLine])).toEqual([
      [2, 1, 2],
      [3, 3, 4],
      [5, 1, 5],
    ]);
  });

  it('joins continuations, drops comments among them, and warns of empty lines', () => {
    const text = 'FROM a\nRUN one \\\n# comment\n  && two \\  \n\n  && three\nUSER x';
    const { value, diagnostics } = parseDockerfile(text, 'D');
    expect(value?.stages[0]?.instructions.map(({ source }) => source)).toEqual([
      'RUN one   && two   && three',
      'USER x',
    ]);
    expect(diagnostics.map(({ code, position }) => [code, position.line])).toEqual([
      ['NoEmptyContinuation', 5],
    ]);
  });

  it('does not continue after a doubled escape', () => {
    expect(instructions('RUN echo a\\\\\nUSER x').map(({ kind }) => kind)).toEqual(['run', 'user']);
  });

  it('reads directives only at the very top', () => {
    const { directives } = parsed('# syntax = docker/dockerfile:1\n#escape=`\n\n# check=skip=all\nFROM a');
    expect(directives).toMatchObject({ escape: '`', syntax: 'docker/dockerfile:1' });
    expect(directives.check.skipAll).toBe(false);
    expect(parsed('# note\n# escape=`\nFROM a').directives.escape).toBe('\\');
    expect(parsed('#!/bin/x\n# escape=`\n# syntax=x\nFROM a').directives).toMatchObject({
      escape: '\\',
      syntax: 'x',
    });
    expect(parsed('# foo=bar\n# escape=`\nFROM a').directives.escape).toBe('\\');
    expect(parsed('\ufeffFROM a').stages).toHaveLength(1);
  });

  it('reads what the check directive asks for, and reports everything all the same', () => {
    const { check, diagnostics } = parseDockerfile('# check=skip=A,B;error=true\nFROM a\nMAINTAINER me', 'D');
    expect([[...check.skip], check.error]).toEqual([['A', 'B'], true]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['MaintainerDeprecated']);
    expect(firstError('# check=skip\nFROM a')).toBe(
      '1: failed to parse check options: invalid check option "skip"',
    );
  });

  it('works with carriage returns', () => {
    expect(instructions('RUN a \\\r\n b\r\nUSER x\r\n').map(({ source }) => source)).toEqual([
      'RUN a  b',
      'USER x',
    ]);
  });

  it.each([
    ['RUN echo hi', { form: 'shell', script: 'echo hi' }],
    ['RUN ["echo", "hi"]', { form: 'exec', argv: ['echo', 'hi'] }],
    ["RUN ['echo']", { form: 'shell', script: "['echo']" }],
    ['RUN [ -f x ] && true', { form: 'shell', script: '[ -f x ] && true' }],
    ['RUN -- --odd', { form: 'shell', script: '--odd' }],
  ])('tells shell form from exec form: %s', (line, command) => {
    expect(instructions(line)).toMatchObject([{ kind: 'run', command }]);
  });

  it('takes flags with quotes', () => {
    expect(instructions('COPY --chown="a b" --exclude=x --exclude=y s d')).toMatchObject([
      { chown: 'a b', exclude: ['x', 'y'], sources: ['s'], destination: 'd', link: false },
    ]);
  });

  it('keeps the values of ENV and LABEL unexpanded', () => {
    expect(instructions(`ENV a=b c="d e" f=g\\ h\nENV old style $x\nLABEL "k k"='v v'`)).toMatchObject([
      {
        pairs: [
          { key: 'a', value: 'b' },
          { key: 'c', value: '"d e"' },
          { key: 'f', value: 'g\\ h' },
        ],
      },
      { pairs: [{ key: 'old', value: 'style $x' }] },
      { pairs: [{ key: '"k k"', value: "'v v'" }] },
    ]);
  });

  it('gathers heredocs in the order they are announced', () => {
    const body =
      'COPY <<a.txt <<-"b.txt" real /dest/\n$x\na.txt\n\t\ttabs\n\tb.txt\nRUN <<EOF cat\nhello\nEOF';
    const [copy, run] = instructions(body);
    expect(copy).toMatchObject({
      sources: ['real'],
      destination: '/dest/',
      inline: [
        { name: 'a.txt', expand: true, chomp: false, content: '$x\n' },
        { name: 'b.txt', expand: false, chomp: true, content: '\t\ttabs\n' },
      ],
    });
    expect(run).toMatchObject({ command: { script: '<<EOF cat' }, heredocs: [{ content: 'hello\n' }] });
  });

  it('leaves quoted and JSON text that looks like a heredoc alone', () => {
    expect(instructions(`RUN echo "<<EOF"\nRUN ["cat", "<<EOF"]\nUSER x`).map(({ kind }) => kind)).toEqual([
      'run',
      'run',
      'user',
    ]);
  });

  it('keeps the text of ONBUILD triggers', () => {
    expect(instructions('ONBUILD COPY --chown=1 a b\nONBUILD RUN <<E\nx\nE')).toMatchObject([
      { kind: 'onbuild', trigger: 'COPY --chown=1 a b' },
      { kind: 'onbuild', trigger: 'RUN <<E\nx\nE' },
    ]);
  });

  it('gives health checks in nanoseconds', () => {
    const line = 'HEALTHCHECK --interval=1m30s --timeout=1.5s --start-period=0 --retries=3 CMD curl x';
    expect(instructions(line)).toMatchObject([
      { healthcheck: { Test: ['CMD-SHELL', 'curl x'], Interval: 90e9, Timeout: 1.5e9, Retries: 3 } },
    ]);
  });

  it('lower-cases stage names and warns of what confuses', () => {
    const { value, diagnostics } = parseDockerfile('FROM a AS Build\nFROM b as build\nCMD x\nCMD ["y"]', 'D');
    expect(value?.stages.map(({ from }) => from.stageName)).toEqual(['build', 'build']);
    expect(diagnostics.map(({ code }) => code)).toEqual([
      'StageNameCasing',
      'FromAsCasing',
      'DuplicateStageName',
    ]);
  });

  it('never throws, whatever the text', () => {
    const word = fc.constantFrom(
      ...['FROM', 'RUN', 'COPY', 'ADD', 'ENV', 'ARG', 'ONBUILD', 'HEALTHCHECK', 'SHELL', 'VOLUME', 'LABEL'],
      ...[
        'a',
        '=',
        '"',
        "'",
        '\\',
        '\\\n',
        '\n',
        ' ',
        '\t',
        '#',
        '<<EOF',
        '<<-E',
        'EOF',
        '[',
        ']',
        '--mount=',
      ],
      ...[
        '--',
        '--from=x',
        '$',
        '{',
        '}',
        '\r\n',
        '\ufeff',
        'é',
        '\ud800',
        'type=cache',
        ',',
        '`',
        'escape=',
      ],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const { value, diagnostics } = parseDockerfile(words.join(''), 'D');
        expect(value !== undefined || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('never throws on arbitrary characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseDockerfile(text, 'D');
      }),
      { numRuns: 1_000 },
    );
  });
});
