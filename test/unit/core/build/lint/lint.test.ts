// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what Dockerfiles are written with
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticSink } from '../../../../../src/core/build/dockerfile/diagnostic-sink.ts';
import { parseDockerfile } from '../../../../../src/core/build/dockerfile/parse-dockerfile.ts';
import { planBuild } from '../../../../../src/core/build/graph/plan-build.ts';
import { lintPlannedStage } from '../../../../../src/core/build/lint/lint-planned-stage.ts';
import { selectFindings } from '../../../../../src/core/build/lint/select-findings.ts';
import { knowledgeOf, type StageKnowledge } from '../../../../../src/core/build/lint/stage-knowledge.ts';
import type { ContainerConfig } from '../../../../../src/oci/image-config.ts';

const buildPlatform = { os: 'linux', architecture: 'amd64' };

interface Given {
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Of every base image; null: it is not here. */
  readonly config?: ContainerConfig | null;
  readonly architecture?: string;
  readonly ignored?: readonly string[];
}

/** All findings of a file: `line Rule: message`. */
function findings(text: string, given: Given = {}): readonly string[] {
  const { buildArgs = {}, config = {}, architecture = 'amd64', ignored = [] } = given;
  const parsed = parseDockerfile(text, 'Dockerfile');
  const found = [...parsed.diagnostics];
  if (parsed.value !== undefined) {
    const options = {
      file: 'Dockerfile',
      target: undefined,
      buildArgs,
      buildPlatform,
      targetPlatform: undefined,
    };
    const planned = planBuild(parsed.value, { ...options, allStages: true });
    found.push(...planned.diagnostics);
    const sink = new DiagnosticSink('Dockerfile');
    const after = new Map<number, StageKnowledge>();
    for (const stage of planned.value?.stages ?? []) {
      const inherited = stage.base.kind === 'stage' ? after.get(stage.base.index) : undefined;
      const known = {
        knowledge: inherited ?? knowledgeOf(stage.base.kind === 'scratch' ? {} : (config ?? undefined)),
        platform: { os: 'linux', architecture },
        triggers: [],
      };
      const isIgnored = (path: string): boolean => ignored.includes(path);
      const lint = { plan: planned.value!, buildArgs, buildPlatform, isIgnored };
      after.set(stage.index, lintPlannedStage(stage, known, lint, sink));
    }
    found.push(...sink.diagnostics);
  }
  return selectFindings(found, parsed.check)
    .filter(({ severity }) => severity === 'warning')
    .toSorted((one, other) => one.position.line - other.position.line)
    .map(({ code, message, position }) => `${position.line} ${code}: ${message}`);
}

const json = (name: string): string =>
  `JSONArgsRecommended: JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`;
const only = (name: string): string =>
  `MultipleInstructionsDisallowed: Multiple ${name} instructions should not be used in the same stage because only the last one will be used`;
const casing = (word: string, wanted: string): string =>
  `ConsistentInstructionCasing: Command '${word}' should match the case of the command majority (${wanted})`;
const secret = (what: string): string =>
  `SecretsUsedInArgOrEnv: Do not use ARG or ENV instructions for sensitive data (${what})`;
const legacy = (name: string): string =>
  `LegacyKeyValueFormat: "${name} key=value" should be used instead of legacy "${name} key value" format`;
const description = (what: string, example: string): string =>
  `InvalidDefinitionDescription: Comment for ${what} should follow the format: \`# ${example} <description>\``;

describe('the build checks', () => {
  it.each<[string, string, readonly string[]]>([
    ['stage names', 'FROM scratch AS Web', ["1 StageNameCasing: Stage name 'Web' should be lowercase"]],
    [
      'AS after FROM',
      'FROM scratch as web',
      ["1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match"],
    ],
    [
      'AS after from',
      'from scratch AS web',
      ["1 FromAsCasing: 'AS' and 'from' keywords' casing do not match"],
    ],
    [
      'the casing of a mixed FROM alone',
      'From scratch as web\nFROM web',
      [`1 ${casing('From', 'uppercase')}`],
    ],
    [
      'empty lines in a continuation',
      'FROM a\nRUN one \\\n\n  two\nRUN a \\\n # note\n b',
      ['3 NoEmptyContinuation: Empty continuation line'],
    ],
    ['the odd lower case', 'FROM a\ncopy x y\nCOPY x y', [`2 ${casing('copy', 'uppercase')}`]],
    ['the odd upper case', 'from a\nCOPY x y\ncopy x y', [`2 ${casing('COPY', 'lowercase')}`]],
    ['a draw in favour of upper case', 'FROM a\nuser x', [`2 ${casing('user', 'uppercase')}`]],
    [
      'stage names given twice',
      'FROM a AS x\nFROM b AS X',
      [
        "2 StageNameCasing: Stage name 'X' should be lowercase",
        '2 DuplicateStageName: Duplicate stage name "x", stage names should be unique',
      ],
    ],
    [
      'reserved stage names',
      'FROM a AS scratch\nFROM a AS context',
      [
        '1 ReservedStageName: Stage name should not use the same name as reserved stage "scratch"',
        '2 ReservedStageName: Stage name should not use the same name as reserved stage "context"',
      ],
    ],
    ['commands as text', 'FROM a\nCMD x\nENTRYPOINT y', [`2 ${json('CMD')}`, `3 ${json('ENTRYPOINT')}`]],
    ['not for a shell of its own', 'FROM a AS s\nSHELL ["bash"]\nFROM s\nCMD x', []],
    [
      'MAINTAINER',
      'FROM a\nMAINTAINER me',
      ['2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label'],
    ],
    [
      'FROM with an undeclared argument',
      'ARG TAG=1\nFROM a:${TAG}${TGA}',
      ["2 UndefinedArgInFrom: FROM argument 'TGA' is not declared (did you mean TAG?)"],
    ],
    [
      'a relative WORKDIR, the first only',
      'FROM a\nWORKDIR app/\nWORKDIR b\nFROM a AS x\nWORKDIR /x\nFROM x\nWORKDIR y',
      [
        '2 WorkdirRelativePath: Relative workdir "app/" can have unexpected results if the base image changes',
      ],
    ],
    [
      'a variable used before it is there',
      'FROM a\nCOPY $dir .\nARG dir=x\nCOPY $dir .\nRUN echo $other',
      ["2 UndefinedVar: Usage of undefined variable '$dir'"],
    ],
    [
      'a misspelt variable',
      'FROM a\nENV PATH=$PAHT:/x',
      ["2 UndefinedVar: Usage of undefined variable '$PAHT' (did you mean $PATH?)"],
    ],
    ['not a declared argument without a value', 'FROM a\nARG x\nCOPY $x$x .', []],
    ['not a variable with a default', 'FROM a\nCOPY ${x:-y} .', []],
    ['variables inherited from a stage', 'FROM a AS s\nENV x=1\nARG y=2\nFROM s\nCOPY $x$y .', []],
    [
      'each missing variable once an instruction',
      'FROM a\nCOPY $gone $gone $too /',
      [
        "2 UndefinedVar: Usage of undefined variable '$gone'",
        "2 UndefinedVar: Usage of undefined variable '$too'",
      ],
    ],
    ['an argument that the one before it sets', 'FROM a\nARG one=1 two=$one', []],
    [
      'what only counts once',
      'FROM a\nCMD ["a"]\nENTRYPOINT ["a"]\nHEALTHCHECK NONE\nCMD ["b"]\nENTRYPOINT ["b"]\nHEALTHCHECK CMD b',
      [`2 ${only('CMD')}`, `3 ${only('ENTRYPOINT')}`, `4 ${only('HEALTHCHECK')}`],
    ],
    ['not what another stage says', 'FROM a AS s\nCMD ["a"]\nFROM s\nCMD ["b"]', []],
    ['pairs without =', 'FROM a\nENV k v\nLABEL k v', [`2 ${legacy('ENV')}`, `3 ${legacy('LABEL')}`]],
    [
      'a platform that is the default',
      'FROM --platform=${TARGETPLATFORM} a',
      [
        '1 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM} in FROM is redundant as this is the default behavior',
      ],
    ],
    ['not another platform argument', 'FROM --platform=$BUILDPLATFORM a', []],
    [
      'secrets in ARG and ENV',
      'FROM a\nARG SECRET_PHRASE auth=1\nENV my_key= keyboard=1 PUBLIC_KEY=x Password=y',
      [
        `2 ${secret('ARG "SECRET_PHRASE"')}`,
        `2 ${secret('ARG "auth"')}`,
        `3 ${secret('ENV "my_key"')}`,
        `3 ${secret('ENV "Password"')}`,
      ],
    ],
    [
      'a constant platform',
      'FROM --platform=linux/amd64 a\nFROM --platform=linux/amd64 a AS amd64-tools\nFROM --platform=linux/amd64 a AS tools',
      [
        '1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "linux/amd64"',
        '3 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value "linux/amd64"',
      ],
    ],
    [
      'ports',
      'FROM a\nARG p=80/TCP\nEXPOSE $p 443/udp\nEXPOSE 127.0.0.1:80:80',
      [
        "3 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be lowercase",
        "4 ExposeInvalidFormat: EXPOSE instruction should not define an IP address or host-port mapping, found '127.0.0.1:80:80'",
      ],
    ],
    ['no descriptions unless asked', '# nonsense\nFROM a AS base', []],
    [
      'descriptions when asked',
      '# check=experimental=all\n# bar is it\nARG foo=1\n# base is good\nFROM a AS base\n# x\n\nARG far=1\n# x\n#\nARG gap=1\n# any\nARG a=1 b=2\n# about a copy\nCOPY x y',
      [`3 ${description('ARG', 'foo')}`, `13 ${description('ARG', '<arg_key>')}`],
    ],
  ])('see %s', (_, text, expected) => expect(findings(text)).toEqual(expected));

  it('see a default that is no image name, whatever this build passes', () => {
    const message = (image: string) =>
      `2 InvalidDefaultArgInFrom: Default value for ARG ${image} results in empty or invalid base image name`;
    expect(findings('ARG IMG\nFROM $IMG', { buildArgs: { IMG: 'a' } })).toEqual([message('$IMG')]);
    expect(findings('ARG V\nFROM a:$V', { buildArgs: { V: '1' } })).toEqual([message('a:$V')]);
    expect(findings('ARG V=1\nFROM a:$V', { buildArgs: { V: '2' } })).toEqual([]);
    expect(findings('ARG V\nFROM a:1${V}', { buildArgs: { V: '-x' } })).toEqual([]);
  });

  it('see a copy of what is ignored', () => {
    const text =
      'FROM a AS s\nCOPY ./Dockerfile keep /\nADD Dockerfile /\nFROM a\nCOPY --from=s Dockerfile /';
    expect(findings(text, { ignored: ['Dockerfile'] })).toEqual([
      '2 CopyIgnoredFile: Attempting to Copy file "./Dockerfile" that is excluded by .dockerignore',
      '3 CopyIgnoredFile: Attempting to Add file "Dockerfile" that is excluded by .dockerignore',
    ]);
  });

  it('go by the configuration of the base image', () => {
    const text = 'FROM a\nCOPY $HOME_DIR .\nCMD x';
    expect(findings(text, { config: { Env: ['HOME_DIR=/x'], Shell: ['bash', '-c'] } })).toEqual([]);
    expect(findings('FROM a', { architecture: 'arm64' })).toEqual([
      '1 InvalidBaseImagePlatform: Base image a was pulled with platform "linux/arm64", expected "linux/amd64" for current build',
    ]);
  });

  it('doubt a variable that an unknown base image may set only when it looks misspelt', () => {
    expect(findings('FROM a\nARG DIR_A=x\nCOPY $JAVA_HOME $DIR_B /', { config: null })).toEqual([
      "3 UndefinedVar: Usage of undefined variable '$DIR_B' (did you mean $DIR_A?)",
    ]);
  });

  it('are not made when they are skipped', () => {
    expect(findings('# check=skip=StageNameCasing\nFROM a as B')).toEqual([
      "2 FromAsCasing: 'as' and 'FROM' keywords' casing do not match",
    ]);
    expect(findings('# check=skip=all\nFROM a as B\nCMD x')).toEqual([]);
    expect(findings('# check=skip=all;experimental=InvalidDefinitionDescription\n# x\nFROM a as b')).toEqual([
      `3 ${description('FROM', 'b')}`,
    ]);
  });

  it('never throw, and point into the file', () => {
    const piece = fc.constantFrom(
      ...['FROM ', 'a', ' AS ', 'B\n', 'ENV ', 'KEY=', '$x', '${y:-', '}', '"', '\\', '\n', 'COPY ', ' . '],
      ...[
        'EXPOSE ',
        '1:2/TCP',
        'WORKDIR ',
        'CMD ',
        'ARG ',
        'RUN --mount=',
        '<<E\n',
        'E\n',
        '#',
        '--platform=',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = `FROM scratch\n${pieces.join('')}`;
        const lines = text.split('\n').length;
        for (const finding of findings(text)) {
          const line = Number(/^\d+/.exec(finding)?.[0]);
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
        }
      }),
    );
  });
});
