// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what Dockerfiles are written with
import { IgnoreMatcher } from '../../../src/core/build/context/ignore-matcher.ts';
import { parseIgnoreFile } from '../../../src/core/build/context/ignore-patterns.ts';
import { expandShellWord } from '../../../src/core/build/dockerfile/shell-words.ts';
import { corpus } from '../../../test/conformance/builds/corpus/corpus.ts';
import { readDockerfile } from '../../../test/support/read-dockerfile.ts';

/** Something that reads what anybody may have written. */
export interface FuzzTarget {
  readonly name: string;
  readonly samples: readonly string[];
  readonly words: readonly string[];
  /** Throws where it does what it never may. */
  check(text: string): void;
}

const shellWords = [
  '$',
  '${',
  '}',
  ':-',
  ':+',
  ':?',
  '#',
  '##',
  '%',
  '%%',
  '/',
  '//',
  '"',
  "'",
  '\\',
  '`',
  '*',
  '$A',
  '${A}',
  ' ',
];

const instructionWords =
  'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR'
    .split(' ')
    .map((word) => `\n${word} `);

const flagWords =
  '--from= --mount=type=cache,target=/a --mount=type=bind,from= --chown=1:1 --chmod=0755 --link --parents --exclude= --platform= --network= --interval=1s --checksum=sha256: AS <<EOF <<-"EOF" [ ] ["a","b"] # syntax= escape= check='
    .split(' ')
    .map((word) => ` ${word} `);

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'Dockerfile',
    samples: corpus.map(({ dockerfile }) => dockerfile),
    words: [
      ...instructionWords,
      ...flagWords,
      ...shellWords,
      '\n',
      '\\\n',
      '\r\n',
      '\0',
      '\ufeff',
      '\nEOF\n',
    ],
    check: readDockerfile,
  },
  {
    name: 'expansion',
    samples: [
      '${A:-${B:+"x y"}}/$C\'$A\'',
      '${A#*b} ${A##*/} ${A%.*} ${A%%.*} ${A/b/c} ${A//b*/c}',
      '"${D:?must be set}" \\$A ${E?}',
    ],
    words: [...shellWords, 'A', 'B', '${A//', '${B##', '[a-z]', '?'],
    check: expand,
  },
  {
    name: 'ignore patterns',
    samples: [
      '*\n!src/**/*.ts\nnode_modules\n',
      '# comment\n**/*.log\n!important.log\n/a/b/../c\n',
      'a?[b-d]*\\*\n',
    ],
    words: [
      '*',
      '**',
      '**/',
      '!',
      '?',
      '[',
      ']',
      '[^a-',
      '\\',
      '/',
      '../',
      './',
      '\n',
      '\n!',
      '#',
      ' ',
      '{a,b}',
    ],
    check: ignore,
  },
];

const variables: Readonly<Record<string, string>> = { A: 'a.b/c.d', B: 'ab'.repeat(50), C: '"q" \\', D: '' };
const largestExpansion = 2 ** 20;

function expand(text: string): void {
  const switches = ['keepQuotes', 'keepEscapes', 'keepUnset', 'plainQuotes'] as const;
  for (const kept of [undefined, ...switches]) {
    for (const escapeWith of ['\\', '`']) {
      const options = {
        escape: escapeWith,
        lookup: (name: string) => variables[name],
        ...(kept && { [kept]: true }),
      };
      const expansion = expandShellWord(text, options);
      if (expansion.ok && expansion.value.length > largestExpansion)
        throw new Error(`it expands to ${expansion.value.length} characters`);
    }
  }
}

const folders = ['src', 'a', 'a/b', 'node_modules', 'x.log'];
const files = ['a.ts', 'important.log', 'b', 'c/d', '*'];

function ignore(text: string): void {
  const file = parseIgnoreFile(text);
  if (!file.ok) return;
  const matcher = new IgnoreMatcher(file.patterns);
  for (const folder of folders) {
    const isShut = matcher.stateOf(folder).ignored && !matcher.mayReinclude(folder);
    for (const name of files) {
      const path = `${folder}/${name}`;
      // Folders nobody looks into must hold nothing that is wanted.
      if (!matcher.stateOf(path).ignored && isShut)
        throw new Error(`${path} comes back and ${folder} is not entered`);
    }
  }
}
