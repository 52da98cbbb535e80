import { expect, it } from 'vitest';
import { type BuildRun, buildStand } from '../../support/build-stand.ts';

/** `line rule` of the checks' findings among a build's events. */
function findingsOf({ events }: BuildRun): readonly string[] {
  return events.flatMap((event) =>
    event.kind === 'warning' && event.rule !== undefined ? [`${event.position?.line} ${event.rule}`] : [],
  );
}

it('builds and checks tell the same of a Dockerfile, with what the base image says of itself', async () => {
  await using stand = await buildStand();
  stand.write({
    'Dockerfile.base':
      'FROM busybox\nENV PLACE=/srv\nSHELL ["/bin/sh", "-ec"]\nONBUILD ENV passwd=$NOWHERE\n',
    Dockerfile:
      'FROM base as Maker\nCOPY kept $PLACE/\nCMD x\nFROM maker\nWORKDIR here\nCOPY $PLCE/a gone /b\n',
    kept: 'kept\n',
    '.dockerignore': 'gone\n',
  });
  await stand.build({ dockerfile: `${stand.contextDir}/Dockerfile.base`, tags: ['base'] });
  const expected = [
    '1 FromAsCasing',
    '1 StageNameCasing',
    // Of the trigger, at the FROM that brings it.
    '1 SecretsUsedInArgOrEnv',
    '1 UndefinedVar',
    '5 WorkdirRelativePath',
    '6 CopyIgnoredFile',
    '6 UndefinedVar',
  ];
  const { contextDir, builds } = stand;
  const { findings, error, unknownImages } = await builds.check({ contextDir });
  expect(findings.map(({ rule, position }) => `${position.line} ${rule}`).toSorted()).toEqual(
    expected.toSorted(),
  );
  expect(findings.find(({ position, rule }) => position.line === 6 && rule === 'UndefinedVar')?.message).toBe(
    "Usage of undefined variable '$PLCE' (did you mean $PLACE?)",
  );
  expect([error, unknownImages]).toEqual([undefined, []]);

  const run = await stand.build({ target: 'maker' });
  expect(findingsOf(run).toSorted()).toEqual(expected.slice(0, 4).toSorted());
});

it('a build whose checks must not fail ends before its first step', async () => {
  await using stand = await buildStand();
  stand.write({
    Dockerfile: '# check=error=true\nFROM busybox\nRUN --network=none echo executed\nCMD x\n',
  });
  await expect(stand.build({ tags: ['never'] })).rejects.toMatchObject({
    kind: 'invalid',
    code: 'lint-violation',
    message: 'lint violation found for rules: JSONArgsRecommended',
    details: { position: { line: 4 } },
  });
  expect(stand.services.images.find('never')).toBeUndefined();

  const skip = { BUILDKIT_DOCKERFILE_CHECK: 'skip=JSONArgsRecommended' };
  expect((await stand.build({ buildArgs: skip })).output).toContain('executed');
  const { contextDir, builds } = stand;
  expect((await builds.check({ contextDir })).error).toMatchObject({ code: 'lint-violation' });
  await expect(
    builds.check({ contextDir, buildArgs: { BUILDKIT_DOCKERFILE_CHECK: 'all' } }),
  ).rejects.toMatchObject({
    message: 'failed to parse check options: invalid check option "all"',
  });
});

it('a check names the images it could not ask, and the tree needs none', async () => {
  await using stand = await buildStand();
  stand.write({ Dockerfile: 'FROM elsewhere/x:1\nCOPY $SOMETHING /\nUSER me\n' });
  const { contextDir, builds } = stand;
  expect(await builds.check({ contextDir })).toMatchObject({
    findings: [],
    error: undefined,
    unknownImages: ['elsewhere/x:1'],
  });
  expect(await builds.syntaxTree({ contextDir })).toBe(
    '(from "elsewhere/x:1")\n(copy "$SOMETHING" "/")\n(user "me")\n',
  );
  await expect(builds.syntaxTree({ contextDir, dockerfileText: 'RUN [1]' })).rejects.toMatchObject({
    message:
      'dockerfile parse error on line 1: when using JSON array syntax, arrays must be comprised of strings only',
  });
});

it('says that another frontend is not run', async () => {
  await using stand = await buildStand();
  const text = (syntax: string) => `# syntax=${syntax}\nFROM scratch\nUSER me\n`;
  const told = async (syntax: string) =>
    (await stand.build({ dockerfileText: text(syntax) })).events.filter(({ kind }) => kind === 'warning');
  expect(await told('docker/dockerfile:1.7')).toEqual([]);
  expect(await told('example.com/other:1')).toMatchObject([
    { message: 'syntax example.com/other:1 is not run: the file is read as a Dockerfile' },
  ]);
});
