// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what Dockerfiles are written with
import { rowOf, tooOld } from './corpus-case.ts';

/** Parsing, directives, variables, arguments. */
export const languageCases = [
  ...rowOf(
    'parsing and directives',
    '# escape=`\nFROM busybox\nRUN echo one `\n  two > /out\n',
    '# not-syntax = docker/dockerfile:1\nFROM busybox\nRUN echo x > /out\n',
    '# a comment\n\nFROM busybox\n# between\nRUN echo a && \\\n  # inside\n  echo b > /out\n',
    'FROM busybox\nRUN echo a > /out; \\\n\n  echo b >> /out\n',
    '\uFEFFFROM busybox\nENV BOM=1\n',
    'from busybox\nrun echo lower > /out\ncmd ["x"]\n',
    'FROM busybox\r\nRUN echo crlf > /out\r\nENV A=b\r\n',
    '  FROM busybox\n\t RUN echo indented > /out\n',
    { dockerfile: '# escape=`\n# escape=`\nFROM busybox\n', fails: true },
    { dockerfile: 'FROM busybox\nFOO bar\n', fails: true },
    { dockerfile: 'FROM busybox\nCOPY a.txt\n', fails: true },
    { dockerfile: 'FROM busybox\nRUN --boo true\n', fails: true },
    { dockerfile: 'FROM busybox\nWORKDIR\n', fails: true },
    { dockerfile: 'RUN true\n', fails: true },
    { dockerfile: '', fails: true },
    { dockerfile: 'FROM busybox\nONBUILD FROM busybox\n', fails: true },
    { dockerfile: 'FROM busybox\nONBUILD ONBUILD RUN true\n', fails: true },
  ),
  ...rowOf(
    'exec form',
    'FROM busybox\nRUN ["/bin/sh", "-c", "echo exec > /out"]\n',
    "FROM busybox\nCMD ['single', 'quotes']\n",
    { dockerfile: 'FROM busybox\nCMD [1, 2]\n', fails: true },
    'FROM busybox\nENTRYPOINT [ "a" , "b\\"c" , "\\u00e9" ]\n',
    'FROM busybox\nCMD []\n',
    'FROM busybox\nCMD\n',
    'FROM busybox\nCMD ["before"]\nENTRYPOINT\n',
    { dockerfile: 'FROM busybox\nSHELL /bin/sh -c\n', fails: true },
  ),
  ...rowOf(
    'heredocs',
    {
      dockerfile: 'FROM busybox\nRUN <<EOF\necho one > /out\necho "two $HOME" >> /out\nEOF\n',
      alone: { why: tooOld, has: ['/out 644 0:0 one\ntwo /root\n'] },
    },
    {
      dockerfile: 'FROM busybox\nARG X=v\nCOPY <<a <<"b" /d/\n$X\na\n$X\nb\n',
      alone: { why: tooOld, has: ['/d/a 644 0:0 v\n', '/d/b 644 0:0 $X\n'] },
    },
    {
      dockerfile: 'FROM busybox\nRUN <<-EOF\n\techo tabs > /out\n\tEOF\n',
      alone: { why: tooOld, has: ['/out 644 0:0 tabs\n'] },
    },
    {
      dockerfile: 'FROM busybox\nRUN cat <<A > /a && cat 3<<B > /b <&3\none\nA\ntwo\nB\n',
      alone: { why: tooOld, has: ['/a 644 0:0 one\n', '/b 644 0:0 two\n'] },
    },
    {
      dockerfile: 'FROM busybox\nRUN <<EOF\n#!/bin/sh -e\necho "$0" > /out\nEOF\n',
      alone: { why: tooOld, has: ['/out 644 0:0 /dev/pipes/EOF\n'] },
    },
    {
      dockerfile: 'FROM busybox\nCOPY --chmod=600 --chown=3:4 <<f /f\ntext\nf\n',
      alone: { why: tooOld, has: ['/f 600 3:4 text\n'] },
    },
  ),
  ...rowOf(
    'variables',
    'FROM busybox\nENV A=1 B="two words" C=it\\ is\nENV D=$A$B E=${A} F="${B}-${C}"\nLABEL l=$D\n',
    'FROM busybox\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\n',
    'FROM busybox\nENV A=1 B=\'$A\' C=\\$A D="\\$A"\n',
    'FROM busybox\nENV S=set E=\nENV A=${S:-x} B=${E:-x} C=${N:-x} D=${S:+y} F=${N:+y} G=${E:+y}\n',
    'FROM busybox\nENV W=/w\nWORKDIR $W/sub\nUSER ${U:-5}\nVOLUME $W/v\nEXPOSE ${P:-80}/tcp\nSTOPSIGNAL ${S:-SIGINT}\n',
    'FROM busybox\nENV F=a.txt\nCOPY $F /${F}.copy\n',
    'FROM busybox\nENV A=env\nRUN echo $A ${A} "$A" \'$A\' \\$A > /out\n',
    'FROM busybox\nENV name value with $spaces\nENV PATH=$PATH:/more\n',
    {
      dockerfile:
        'FROM busybox\nENV P=/a/b.c.d\nENV A=${P#*/} B=${P##*/} C=${P%.*} D=${P%%.*} E=${P/b/X} F=${P//\\//_}\n',
      alone: {
        why: tooOld,
        has: [
          'Env A=a/b.c.d',
          'Env B=b.c.d',
          'Env C=/a/b.c',
          'Env D=/a/b',
          'Env E=/a/X.c.d',
          'Env F=_a_b.c.d',
        ],
      },
    },
    { dockerfile: 'FROM busybox\nENV A=${B:?must be there}\n', fails: true },
    { dockerfile: 'FROM busybox\nENV A=${B\n', fails: true },
  ),
  ...rowOf(
    'ARG',
    { dockerfile: 'FROM busybox\nARG A=default\nRUN echo $A > /out\n', options: ['--build-arg', 'A=given'] },
    'FROM busybox\nARG A=default\nENV A=env\nRUN echo $A > /out\n',
    'FROM busybox\nENV A=env B=env\nARG A=arg\nARG PATH=$PATH:/more\nENV B=$A\nRUN echo $A $B $PATH > /out\nWORKDIR /$A\n',
    'ARG V=1\nFROM busybox\nRUN echo "[$V]" > /out\nARG V\nRUN echo "[$V]" >> /out\n',
    'ARG IMAGE=busybox\nFROM ${IMAGE} AS one\nARG X=1\nFROM one\nRUN echo "[$X]" > /out\n',
    'FROM busybox\nARG A\nRUN echo "[${A-unset}]" > /out\n',
    {
      dockerfile: 'FROM busybox\nARG A=1 B=$A\nRUN echo $B > /out\n',
      options: ['--build-arg', 'A=2'],
      differs: {
        what: /^[-+] \/out /,
        why: 'one ARG of several may use those before it, as the global ones may',
      },
    },
    {
      dockerfile: 'FROM busybox\nRUN echo "[$HTTP_PROXY]" > /out\n',
      options: ['--build-arg', 'HTTP_PROXY=http://p'],
    },
    {
      dockerfile: 'FROM busybox\nARG no_proxy\nRUN env | grep -i _proxy | sort > /out\n',
      options: ['--build-arg', 'http_proxy=http://p', '--build-arg', 'no_proxy=q'],
    },
    'FROM busybox\nARG TARGETPLATFORM\nARG TARGETARCH\nARG BUILDOS\nRUN echo $TARGETPLATFORM $TARGETARCH $BUILDOS > /out\n',
    'FROM busybox\nRUN echo "[$TARGETARCH]" > /out\n',
    { dockerfile: 'FROM busybox\nARG A=1\nLABEL a=$A\n', options: ['--build-arg', 'A='] },
  ),
];
