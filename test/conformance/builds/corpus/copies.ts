import { rowOf, tooOld } from './corpus-case.ts';

/** COPY, ADD and what is left out of the context. */
export const copyCases = [
  ...rowOf(
    'COPY and ADD',
    'FROM busybox\nCOPY a.txt /renamed\nCOPY a.txt /into/\nCOPY a.txt b.txt /both/\n',
    'FROM busybox\nCOPY dir /copied\nCOPY dir/ /slashed/\nCOPY dir/sub .\n',
    'FROM busybox\nWORKDIR /w\nCOPY a.txt relative\nCOPY a.txt ./deep/er/\nCOPY a.txt ../up\n',
    'FROM busybox\nCOPY x*.log /logs/\nCOPY ?.txt /q/\nCOPY [ab].txt /c/\nCOPY d*/o* /o/\n',
    'FROM busybox\nCOPY ["with space.txt", "/x y/"]\n',
    'FROM busybox\nCOPY /a.txt /one\nCOPY ../../a.txt /two\nCOPY ./dir/../a.txt /three\n',
    'FROM busybox\nCOPY link /link\nCOPY dlink /dlink\nCOPY dir-of-links /links\n',
    'FROM busybox\nRUN mkdir /real && ln -s /real /alias && ln -s missing /dangling\nCOPY a.txt /alias/\nCOPY dir /alias\n',
    {
      dockerfile: 'FROM busybox\nCOPY run.sh secret.bin /m/\nCOPY . /all\n',
      differs: {
        what: /run\.sh 755 0:0 /,
        why: 'layers of docker keep no attribute but security.capability',
      },
    },
    'FROM busybox\nCOPY hard1 hard2 /h/\nCOPY twins /t\n',
    'FROM busybox\nCOPY --chown=5 a.txt /u\nCOPY --chown=5:6 dir /g\nCOPY --chown=nobody a.txt /n\nCOPY --chown=1:nogroup a.txt /new/deep/x\n',
    'FROM busybox\nCOPY --chmod=640 a.txt /a\nCOPY --chmod=0755 dir /d\n',
    'FROM busybox\nRUN echo joe:x:1234:99::/:/bin/sh >> /etc/passwd && echo crew:x:77: >> /etc/group\nCOPY --chown=joe:crew a.txt /j\n',
    'FROM busybox\nUSER 9\nWORKDIR /w\nCOPY a.txt .\n',
    'FROM busybox\nRUN mkdir -m 700 /d && chown 3:4 /d\nCOPY dir /d\n',
    'FROM busybox\nRUN echo old > /f && mkdir -p /t/one\nCOPY a.txt /f\nCOPY dir/sub /t/one\n',
    'FROM busybox\nCOPY empty /e\nCOPY a.txt /e2/\n',
    {
      dockerfile:
        'FROM busybox AS s\nRUN mkdir /o && echo x > /o/f && chown 11:12 /o/f && chmod 4711 /o/f && mkfifo /o/p && ln /o/f /o/g\nFROM busybox\nCOPY --from=s /o /o\nCOPY --from=s --chown=1:1 /o/f /f\n',
      differs: { what: /^\+ \/o\/p 644 0:0 pipe$/, why: 'BuildKit of 2021 copies no pipes; later ones do' },
    },
    'FROM busybox\nADD a.txt dir /d/\nADD pack.tar /t1/\nADD pack.tgz /t2\nADD pack.tar.bz2 /t3/\nADD pack.tar.xz /t4/\n',
    'FROM busybox\nADD fake.tar /f/\nCOPY pack.tar /kept/\n',
    'FROM busybox\nRUN mkdir -p /x/t && echo old > /x/t/f.txt && echo stays > /x/t/other\nADD pack.tar /x/\n',
    'FROM busybox\nADD --chown=21:22 pack.tar /x/\n',
    {
      dockerfile: 'FROM busybox\nRUN mkdir /real && ln -s /real /l\nCOPY --link a.txt /l/x\n',
      alone: { why: tooOld, has: ['/l/x 644 0:0 a\n'] },
    },
    {
      dockerfile: 'FROM busybox\nCOPY --parents dir/sub/two ./dir/./one /p/\n',
      alone: { why: tooOld, has: ['/p/dir/sub/two 644 0:0 two\n', '/p/one 644 0:0 one\n'] },
    },
    {
      dockerfile:
        'FROM busybox\nCOPY --exclude=*.txt --exclude=dir . /x/\nRUN ls /x | tr "\\n" " " > /out; rm -r /x\n',
      alone: {
        why: tooOld,
        has: [
          '/out 644 0:0 dir-of-links dlink empty fake.tar hard1 hard2 link pack.tar pack.tar.bz2 pack.tar.xz pack.tgz run.sh secret.bin twins x1.log x2.log ',
        ],
      },
    },
    {
      dockerfile: 'FROM busybox\nCOPY --chmod=u=rwX,go=rX dir /d\nCOPY --chmod=+x a.txt /a\n',
      alone: { why: tooOld, has: ['/a 755 0:0 a\n', '/d/one 644 0:0 one\n'] },
    },
    {
      dockerfile: 'FROM busybox\nADD --unpack=false pack.tar /k/\n',
      alone: { why: tooOld, has: ['/k/pack.tar 644 0:0'] },
    },
    { dockerfile: 'FROM busybox\nCOPY missing /x\n', fails: true },
    {
      dockerfile: 'FROM busybox\nCOPY a.txt b.txt /notslash\n',
      fails: true,
      differs: { what: /status/, why: 'the reference asks for the slash' },
    },
    {
      dockerfile: 'FROM busybox\nCOPY --chown=nosuchuser a.txt /x\n',
      fails: true,
      differs: {
        what: /status/,
        why: 'BuildKit of 2021 takes root for somebody it does not know; later ones refuse',
      },
    },
    { dockerfile: 'FROM busybox\nCOPY dir /bin/busybox\n', fails: true },
    { dockerfile: 'FROM busybox\nRUN mkdir -p /d/a.txt\nCOPY a.txt /d/\n', fails: true },
    {
      dockerfile: 'FROM busybox\nCOPY --chmod=999 a.txt /x\n',
      fails: true,
      differs: { what: /status/, why: 'BuildKit of 2021 ignores a mode that is none; later ones refuse' },
    },
    { dockerfile: 'FROM busybox\nCOPY https://example.invalid/x /x\n', fails: true },
    'FROM busybox\nCOPY nothing*here /x/\n',
    'FROM busybox\nCOPY a.txt nothing*here /x/\n',
  ),
  ...rowOf(
    '.dockerignore',
    { dockerfile: 'FROM busybox\nCOPY . /c\n', files: { '.dockerignore': '*.log\n# comment\n/dir/sub\n' } },
    { dockerfile: 'FROM busybox\nCOPY . /c\n', files: { '.dockerignore': '*\n!a.txt\n!dir/one\n' } },
    { dockerfile: 'FROM busybox\nCOPY . /c\n', files: { '.dockerignore': '**/two\n  b.txt  \nx?.log\n' } },
    { dockerfile: 'FROM busybox\nCOPY . /c\n', files: { '.dockerignore': 'dir\n!dir/sub/two\n' } },
    {
      dockerfile: 'FROM busybox\nCOPY . /c\n',
      files: { '.dockerignore': 'Dockerfile\n.dockerignore\n./link\n' },
    },
    { dockerfile: 'FROM busybox\nCOPY a.txt /x\n', files: { '.dockerignore': 'a.txt\n' }, fails: true },
    { dockerfile: 'FROM busybox\nCOPY . /c\n', files: { '.dockerignore': '!\n' }, fails: true },
  ),
];
