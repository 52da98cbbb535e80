import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildSpec, StepPlace } from '../../../src/engine/builds.ts';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';
import { until } from '../../support/until.ts';

enterOwnNetworkNamespace();

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const broken = `FROM busybox
ARG KIND=test
ENV MODE=fast
WORKDIR /work
COPY start.txt .
RUN --network=none echo ready > state
USER 7
RUN --network=none --mount=type=secret,id=key,uid=7 \\
  --mount=type=bind,source=start.txt,target=/bound \\
  exit 3
RUN --network=none echo never
`;

/** What commands say in a shell before a step. */
async function say(spec: Partial<BuildSpec>, before: StepPlace, commands: string): Promise<string> {
  await using operation = stand.builds.openShell(
    { contextDir: stand.contextDir, ...spec },
    { before, tty: false },
  );
  const { session } = await operation.result;
  await using shell = session;
  await shell.write(Buffer.from(commands));
  await shell.closeInput();
  let output = '';
  for await (const { data } of shell.output) output += Buffer.from(data).toString();
  await shell.exit;
  return output.trim();
}

describe('a shell before a step', () => {
  it('has the files, variables, user, folder and mounts the step would have', async () => {
    stand.write({ 'start.txt': 'start' });
    const spec = { dockerfileText: broken, secrets: { key: { value: 'k3y' } } };
    const failure = await stand.build(spec).then(undefined, (error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'build-step-failed',
      details: { status: 3, vertex: '0.7', position: { line: 8, endLine: 10 } },
    });
    const commands =
      'id -u; pwd; echo $KIND $MODE; ls; cat state /bound /run/secrets/key; touch /tmp/x; ls /tmp';
    const expected = '7\n/work\ntest fast\nstart.txt\nstate\nready\nstartk3y';
    expect(await say(spec, { vertex: '0.7' }, commands)).toContain(expected);
    expect(await say(spec, { line: 9 }, commands)).toContain(expected);
  });

  it('takes what comes before from the cache, and leaves nothing behind', async () => {
    const spec = { dockerfileText: broken, secrets: { key: { value: 'k3y' } }, noCache: true };
    const before = [...stand.services.snapshots.list()].length;
    await using operation = stand.builds.openShell(
      { contextDir: stand.contextDir, ...spec },
      { before: { vertex: '0.7' }, tty: true, size: { columns: 80, rows: 24 } },
    );
    const cached: string[] = [];
    for await (const event of operation) if (event.kind === 'cached') cached.push(event.vertex);
    expect(cached).toEqual(['0.0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6']);
    const { session, step } = await operation.result;
    expect(step).toMatchObject({ name: expect.stringMatching(/^\[8\/9\] RUN/), position: { line: 8 } });
    expect([...stand.services.snapshots.list()]).toHaveLength(before + 1);
    await session.write(Buffer.from('sleep 1000\n'));
    await session[Symbol.asyncDispose]();
    await expect(session.exit).rejects.toMatchObject({ code: 'session-left' });
    expect([...stand.services.snapshots.list()]).toHaveLength(before);
    await until(() => readdirSync(stand.root.dirs.temp).length === 0);
  });

  it('lets a fixed Dockerfile go on from the step that failed', async () => {
    const secrets = { key: { value: 'k3y' } };
    const run = await stand.build({ dockerfileText: broken.replace('exit 3', 'true'), secrets });
    expect(run.result).toMatchObject({ cachedSteps: 7, totalSteps: 9 });
  });

  it('is refused where no RUN is, and where there is no shell', async () => {
    const spec = { dockerfileText: broken };
    await expect(say(spec, { line: 4 }, '')).rejects.toMatchObject({
      message: 'there is no RUN at line 4 of the Dockerfile that the build would execute',
    });
    await expect(say(spec, { vertex: '3.1' }, '')).rejects.toMatchObject({ code: 'no-such-step' });
    const bare = { dockerfileText: 'FROM scratch\nCOPY start.txt /\nRUN ["/none"]\n' };
    await expect(say(bare, { line: 3 }, '')).rejects.toMatchObject({
      kind: 'start',
      code: 'no-shell',
      message: expect.stringMatching(/^there is no shell to open: .*\/bin\/sh/),
    });
  });
});
