import { rowOf, tooOld } from './corpus-case.ts';

/** A mount point that was missing. */
const differs = {
  what: /^- \/(?:m|c|t) 755 0:0 folder$/,
  why: 'BuildKit of 2021 leaves mount points in the layer; later ones clear them away',
};

/** Stages, and what comes from other stages. */
export const stageCases = [
  ...rowOf(
    'FROM and stages',
    'FROM scratch\nCOPY a.txt /\n',
    {
      dockerfile: 'FROM scratch\nLABEL only=config\nCMD ["x"]\n',
      alone: {
        why: 'docker cannot save an image without layers',
        has: ['Cmd ["x"]', 'Labels {"only":"config"}'],
      },
    },
    'FROM busybox AS one\nRUN echo 1 > /one\nFROM one AS two\nRUN echo 2 > /two\n',
    'FROM busybox AS Build\nRUN echo b > /b\nFROM busybox\nCOPY --from=build /b /c\n',
    'FROM busybox\nRUN echo b > /b\nFROM busybox\nCOPY --from=0 /b /c\n',
    'FROM busybox\nCOPY --from=busybox /bin/busybox /copied\n',
    'FROM busybox AS unused\nRUN exit 1\nFROM busybox\nRUN echo fine > /out\n',
    {
      dockerfile: 'FROM busybox AS a\nRUN echo a > /a\nFROM busybox AS b\nRUN exit 1\n',
      options: ['--target', 'a'],
    },
    {
      dockerfile: 'FROM busybox\nRUN echo a > /a\nFROM busybox\nRUN exit 1\n',
      options: ['--target', '0'],
      differs: { what: /^[-+] status /, why: 'a stage may be named by its number here, as in --from' },
    },
    'FROM busybox AS a\nENV X=1\nUSER 7\nWORKDIR /w\nFROM a\nRUN pwd > /tmp-out || true\nENV Y=$X\n',
    'FROM --platform=$BUILDPLATFORM busybox\nRUN echo p > /out\n',
    { dockerfile: 'FROM busybox\nCOPY --from=nowhere-such-image:none /a /b\n', fails: true },
    { dockerfile: 'FROM busybox AS 1bad\n', fails: true },
    { dockerfile: 'FROM busybox AS a\nFROM busybox\n', options: ['--target', 'zzz'], fails: true },
    { dockerfile: 'FROM\n', fails: true },
    { dockerfile: 'FROM busybox AS a b\n', fails: true },
    { dockerfile: 'FROM busybox\nCOPY --from=0 /a /b\n', fails: true },
  ),
  ...rowOf(
    'ONBUILD',
    'FROM busybox\nONBUILD RUN echo x\nONBUILD COPY a.txt /\n',
    'FROM busybox AS base\nONBUILD RUN echo triggered > /t\nONBUILD ENV T=1\nFROM base\nRUN cat /t > /out\n',
    'FROM busybox AS base\nCMD ["inherited"]\nFROM base\nENTRYPOINT ["own"]\n',
    'FROM busybox AS base\nONBUILD RUN echo 1 >> /t\nONBUILD RUN echo 2 >> /t\nFROM base AS mid\nFROM mid\n',
  ),
  ...rowOf(
    'mounts of RUN',
    {
      dockerfile:
        'FROM busybox\nRUN --mount=type=bind,source=dir,target=/m cat /m/one > /out; touch /m/x 2>/dev/null || echo ro >> /out\n',
      differs,
    },
    'FROM busybox AS s\nRUN echo from > /f\nFROM busybox\nRUN --mount=from=s,source=/f,target=/mf cat /mf > /out\n',
    {
      dockerfile: 'FROM busybox\nRUN --mount=type=bind,target=/m,rw echo x > /m/new && cat /m/new > /out\n',
      differs,
    },
    {
      dockerfile:
        'FROM busybox\nRUN --mount=type=cache,target=/c echo cached > /c/f\nRUN --mount=type=cache,target=/c cat /c/f > /out\n',
      differs,
    },
    {
      dockerfile:
        'FROM busybox\nRUN --mount=type=cache,id=own,target=/c,uid=5,gid=6,mode=0700 stat -c "%a %u:%g" /c > /out\n',
      differs,
    },
    {
      dockerfile:
        'FROM busybox AS s\nRUN mkdir /s && echo seed > /s/f\nFROM busybox\nRUN --mount=type=cache,id=seeded,target=/c,from=s,source=/s cat /c/f > /out\n',
      differs,
    },
    { dockerfile: 'FROM busybox\nRUN --mount=type=tmpfs,target=/t touch /t/gone && ls /t > /out\n', differs },
    {
      dockerfile:
        'FROM busybox\nRUN --mount=type=secret,id=none cat /run/secrets/none 2>/dev/null || echo none > /out\n',
    },
    { dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=none,required=true true\n', fails: true },
    { dockerfile: 'FROM busybox\nRUN --mount=type=what,target=/x true\n', fails: true },
    { dockerfile: 'FROM busybox\nRUN --mount=type=bind,source=missing,target=/x true\n', fails: true },
    {
      dockerfile:
        'FROM busybox\nENV T=/m S=dir\nRUN --mount=type=bind,source=$S,target=$T cat /m/one > /out\n',
      alone: { why: tooOld, has: ['/out 644 0:0 one\n'] },
    },
  ),
];
