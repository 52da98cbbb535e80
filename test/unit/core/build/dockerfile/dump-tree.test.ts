import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dumpTree } from '../../../../../src/core/build/dockerfile/dump-tree.ts';

function dumped(text: string): string {
  const { value, diagnostics } = dumpTree(text, 'Dockerfile');
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

const line = (text: string): string => dumped(text).trimEnd();

describe('dumpTree', () => {
  it.each([
    ['FROM  alpine:3  AS  Build', '(from "alpine:3" "AS" "Build")'],
    ['from --platform=$BUILDPLATFORM x', '(from ["--platform=$BUILDPLATFORM"] "x")'],
    ['FROM', '(from)'],
    ['ARG a b=1 c="two words"', '(arg "a" "b=1" "c=\\"two words\\"")'],
    ['RUN  make   all ', '(run "make   all")'],
    ['RUN ["make", "a\\tb"]', '(run "make" "a\\tb")'],
    ['RUN [ "make" ] # no JSON', '(run "[ \\"make\\" ] # no JSON")'],
    ["RUN ['single']", '(run "[\'single\']")'],
    ['RUN ["open", "end', '(run "[\\"open\\", \\"end")'],
    [`RUN "[\\"quoted\\"]"`, '(run "\\"[\\\\\\"quoted\\\\\\"]\\"")'],
    [
      'RUN --mount=type=cache,target=/c --network=none x',
      '(run ["--mount=type=cache,target=/c" "--network=none"] "x")',
    ],
    ['RUN --mount="type=bind,source=a b" x', '(run ["--mount=type=bind,source=a b"] "x")'],
    ['RUN -- --flag', '(run "--flag")'],
    ['RUN', '(run)'],
    ['CMD []', '(cmd)'],
    ['CMD --odd [ "a" ]', '(cmd ["--odd"] "a")'],
    ['ENTRYPOINT exec top -b', '(entrypoint "exec top -b")'],
    ['COPY --chown=1:2 a b  c/', '(copy ["--chown=1:2"] "a" "b" "c/")'],
    ['COPY ["with blank", "d"]', '(copy "with blank" "d")'],
    ['ADD <<EOF /x\nbody\nEOF', '(add "<<EOF" "/x")'],
    ['VOLUME ["/a", "/b"]', '(volume "/a" "/b")'],
    ['VOLUME /a /b', '(volume "/a" "/b")'],
    ['EXPOSE 80 443/udp', '(expose "80" "443/udp")'],
    ['ENV a=1 b="x y" c=\\ z', '(env "a" "1" "=" "b" "\\"x y\\"" "=" "c" "\\\\ z" "=")'],
    ['ENV name rest of the line', '(env "name" "rest of the line" "")'],
    ['LABEL k=v', '(label "k" "v" "=")'],
    ['LABEL', '(label)'],
    ['USER me you', '(user "me you")'],
    ['WORKDIR /a b', '(workdir "/a b")'],
    ['STOPSIGNAL SIGINT', '(stopsignal "SIGINT")'],
    ['MAINTAINER Me <me@x>', '(maintainer "Me <me@x>")'],
    ['SHELL ["bash", "-c"]', '(shell "bash" "-c")'],
    ['HEALTHCHECK', '(healthcheck)'],
    ['HEALTHCHECK NONE', '(healthcheck "NONE")'],
    [
      'HEALTHCHECK --interval=5s --retries=3 cmd ["a", "b"]',
      '(healthcheck ["--interval=5s" "--retries=3"] "cmd" "a" "b")',
    ],
    ['HEALTHCHECK   CMD   a  b', '(healthcheck "CMD" "a  b")'],
    ['ONBUILD', '(onbuild)'],
    ['ONBUILD RUN --network=none echo a', '(onbuild (run ["--network=none"] "echo a"))'],
    ['ONBUILD onbuild COPY a b', '(onbuild (onbuild (copy "a" "b")))'],
    ['ONBUILD NOTHING x', '(onbuild (nothing ""))'],
    ['FOO --x bar', '(foo ["--x"] "")'],
    ['RUN a \\\n  # comment\n\tb\\\n\n c', '(run "a \\tb c")'],
    ['RUN trailing \\', '(run "trailing")'],
    ['# escape=`\nENV p C:\\x `\n  y', '(env "p" "C:\\\\x   y" "")'],
    ['RUN a \\\r\n b\r\n', '(run "a  b")'],
    ['\ufeffFROM bom', '(from "bom")'],
    ['RUN é \u200b \u0001', '(run "é \\u200b \\x01")'],
  ])('prints %j as %s', (text, expected) => expect(line(text)).toBe(expected));

  it('takes all heredocs of a line out of the instructions that follow', () => {
    const text = 'RUN <<A cat <<-"B" 3<<C\nFROM a\nA\n\t\tFROM b\n\tB\nFROM c\nC\nUSER x\n';
    expect(dumped(text)).toBe('(run "<<A cat <<-\\"B\\" 3<<C")\n(user "x")\n');
    expect(dumped('ONBUILD COPY <<E /x\nUSER y\nE\nUSER z\n')).toBe(
      '(onbuild (copy "<<E" "/x"))\n(user "z")\n',
    );
    expect(dumped('RUN echo "<<E"\nUSER z\n')).toBe('(run "echo \\"<<E\\"")\n(user "z")\n');
  });

  it.each([
    ['RUN [1]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ['CMD ["a", null]', 'when using JSON array syntax, arrays must be comprised of strings only'],
    ['ENV a', 'ENV must have two arguments'],
    ['LABEL a=b c', `Syntax error - can't find = in "c". Must be of the form: name=value`],
    ['RUN <<E\nnever', 'unterminated heredoc'],
    ['# nothing', 'file with no instructions'],
  ])('refuses %j: %s', (text, message) => {
    const { value, diagnostics } = dumpTree(text, 'Dockerfile');
    expect(value).toBeUndefined();
    expect(diagnostics[0]?.message).toBe(message);
  });

  it('never throws, and gives a line for each instruction', () => {
    const piece = fc.constantFrom(
      'RUN ',
      'ONBUILD ',
      'ENV ',
      'a=b ',
      '"',
      "'",
      '\\',
      '\n',
      '--x=1 ',
      '<<E',
      '[',
      '"a"]',
      '#',
      '$',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const { value } = dumpTree(pieces.join(''), 'D');
        if (value !== undefined) expect(value).toMatch(/^(?:\(.*\)\n)+$/);
      }),
    );
  });
});
