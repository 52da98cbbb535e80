// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what Dockerfiles are written with
import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../../../../src/core/build/dockerfile/parse-dockerfile.ts';
import { readDockerfile } from '../../../../support/read-dockerfile.ts';

const count = 20_000;

/** `unit` over and over, on continued lines that are short enough to be read. */
function many(unit: string, times = count): string {
  const perLine = Math.ceil(6000 / unit.length);
  const lines = Array.from({ length: Math.ceil(times / perLine) }, () => unit.repeat(perLine));
  return lines.join('\\\n');
}

function lines(line: (index: number) => string, times = count): string {
  return Array.from({ length: times }, (_, index) => line(index)).join('\n');
}

/** Each of these takes hours where its cost grows with the square of its size, or breaks the stack. */
describe('a hostile Dockerfile is read to its end:', () => {
  it.each<[string, string]>([
    ['ONBUILD of ONBUILD', `FROM a\n${many('ONBUILD ')}`],
    ['substitutions in substitutions', `FROM a\nCOPY ${many('${a:-')} x`],
    ['long names', `FROM a\nCOPY ${many(`$${'v'.repeat(300)} `, 2000)} x`],
    ['quotes', `FROM a\nENV a=${many('"x"')}`],
    ['an open quote', `FROM a\nENV a="${many('x')}`],
    ['escapes', `FROM a\nENV a=${'\\'.repeat(60_000)}`],
    [
      'heredocs that never end',
      `FROM a\nRUN ${Array.from({ length: 8000 }, (_, index) => `<<A${index}`).join(' ')}\n`,
    ],
    ['flags', `FROM a\nRUN ${many('--mount=type=tmpfs,target=/a ')} x`],
    ['unknown flags', `FROM a\nRUN ${many('--zzz ')} x`],
    ['options of a mount', `FROM a\nRUN --mount=${many('type=tmpfs,')} x`],
    [
      'stages that stand on each other',
      `FROM a AS s0\n${lines((index) => `FROM s${index} AS s${index + 1}`)}`,
    ],
    ['stages of one name', lines(() => 'FROM a AS same')],
    [
      'copies from all stages',
      lines((index) => `FROM a AS s${index + 1}\nCOPY --from=${index === 0 ? 'x' : `s${index}`} a b`, 5000),
    ],
    ['unset variables among many', `FROM a\n${lines((index) => `ENV V${index}=1\nCOPY $W${index} /x`)}`],
    ['a variable that doubles', `ARG A=x\n${lines(() => 'ARG A=$A$A', 1000)}\nFROM $A`],
    ['a pattern of stars', `FROM a\nENV a=${'x'.repeat(30_000)}\nCOPY \${a##${'*x'.repeat(1000)}y} b`],
    ['a pattern at every place', `FROM a\nENV a=${'x'.repeat(20_000)}\nCOPY \${a//${'x*'.repeat(500)}y/z} b`],
    ['unknown instructions', lines((index) => `FOO${index} x`)],
    ['blanks', `FROM a\nRUN${' '.repeat(60_000)}x\n${' '.repeat(60_000)}\n#${' '.repeat(60_000)}a=\n`],
    ['blanks in a directive', `# syntax${' '.repeat(30_000)}=${' '.repeat(30_000)}\nFROM a`],
    ['brackets', `FROM a\nRUN ${'['.repeat(60_000)}`],
    ['digits of a duration', `FROM a\nHEALTHCHECK --interval=${'1'.repeat(60_000)} CMD x`],
    ['parts of an image name', `FROM ${'a/'.repeat(30_000)}\nFROM ${'a__-'.repeat(15_000)}-`],
    ['words of a secret', `FROM a\nENV ${'_key'.repeat(15_000)}x=1`],
  ])('%s', (_, text) => {
    readDockerfile(text);
  });

  it('with words for what is too much of it', () => {
    expect(readDockerfile(`FROM a\n${'x'.repeat(65_536)} y`)).toContain(
      'dockerfile line greater than max allowed size of 65535',
    );
    expect(readDockerfile(`ARG A=x\n${lines(() => 'ARG A=$A$A', 30)}\nFROM a`)).toContain(
      'expansion exceeds 1048576 characters',
    );
    expect(readDockerfile(`FROM ${'${a:-'.repeat(101)}x${'}'.repeat(101)}`)).toContain(
      'substitutions nest deeper than 100',
    );
    expect(readDockerfile(`ARG a=${'x'.repeat(40_000)}\nFROM \${a//${'x*'.repeat(500)}y/z}`)).toContainEqual(
      expect.stringMatching(/^pattern \(.*\) takes too long to match$/),
    );
    expect(parseDockerfile(`FROM a\nRUN ${'x'.repeat(65_531)}`, 'D').value).toBeDefined();
  });
});
