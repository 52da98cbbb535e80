import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildStand, buildStand } from '../../support/build-stand.ts';
import { until } from '../../support/until.ts';

let stand: BuildStand;
beforeAll(async () => {
  stand = await buildStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const emptyLayer = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

async function output(dockerfileText: string): Promise<readonly string[]> {
  const run = await stand.build({ dockerfileText, noCache: true });
  return run.output.trim().split('\n');
}

/** A program of this machine with the libraries it needs, below `root`. */
function copyProgram(program: string, root: string): void {
  const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const path of [program, ...libraries]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
}

describe('RUN', () => {
  it('runs in a container with the network, names and rights of Docker', async () => {
    const lines = await output(`FROM busybox
ARG SET=hidden
ENV SET=env
ENV GIVEN=hidden
ARG GIVEN=arg
RUN echo crew:x:77: >> /etc/group && echo sailor:x:88:77::/home/sailor:/bin/sh >> /etc/passwd
USER sailor
WORKDIR /home/sailor/new
RUN id; pwd; echo $SET $GIVEN $HOME; hostname; stat -c %u:%g .
RUN grep -c localhost /etc/hosts; grep -c nameserver /etc/resolv.conf; ip route; grep CapBnd /proc/1/status
`);
    expect(lines.slice(0, 5)).toEqual([
      'uid=88(sailor) gid=77(crew) groups=77(crew)',
      '/home/sailor/new',
      'env arg /home/sailor',
      'buildkitsandbox',
      '88:77',
    ]);
    expect(Number(lines[5])).toBeGreaterThan(0);
    expect(Number(lines[6])).toBeGreaterThan(0);
    expect(lines[7]).toMatch(/^default via /);
    expect(lines.at(-1)).toMatch(/a80425fb$/);
  });

  it('has no network with --network=none, and the host only when the build may', async () => {
    const lines = await output('FROM busybox\nRUN --network=none ip -o link | wc -l');
    expect(lines).toEqual(['1']);
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nRUN --network=host true' }),
    ).rejects.toMatchObject({ message: 'network.host is not allowed', details: { vertex: '0.1' } });
    await stand.build({ dockerfileText: 'FROM busybox\nRUN --network=host true', network: 'host' });
  });

  it('has all rights with --security=insecure, and only when the build may', async () => {
    const dockerfileText =
      'FROM busybox\nRUN --network=none --security=insecure grep CapEff /proc/1/status; mount -t tmpfs x /tmp && echo mounted';
    await expect(stand.build({ dockerfileText })).rejects.toMatchObject({
      kind: 'denied',
      message: 'security.insecure is not allowed',
    });
    const { output: said } = await stand.build({ dockerfileText, allow: ['security.insecure'] });
    expect(said).toMatch(/^CapEff:\t[0-9a-f]{8}(?!a80425fb)[0-9a-f]{8}\nmounted\n$/);
    await stand.build({
      dockerfileText: 'FROM busybox\nRUN --network=host true',
      allow: ['network.host'],
      noCache: true,
    });
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nRUN --device=vendor.com/gpu=0 true' }),
    ).rejects.toMatchObject({
      message: 'line 2: RUN --device is not supported',
      hint: 'devices are not described by CDI here',
    });
  });

  it('gives predefined arguments to steps, and to nothing else', async () => {
    const buildArgs = { HTTP_PROXY: 'http://proxy.test', UNUSED: 'x' };
    const text = 'FROM busybox\nRUN --network=none echo "[$HTTP_PROXY]"\n';
    const run = await stand.build({ dockerfileText: text, buildArgs });
    expect(run.output).toBe('[http://proxy.test]\n');
    const history = stand.services.images.get(run.result.imageId)?.config.history;
    expect(history?.at(-1)?.created_by).toBe('RUN /bin/sh -c echo "[$HTTP_PROXY]" # buildkit');
    const warnings = run.events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []));
    expect(warnings).toEqual(['[Warning] One or more build-args [UNUSED] were not consumed']);
    expect((await stand.build({ dockerfileText: text })).result.cachedSteps).toBe(2);
  });

  it('takes heredocs: for the shell, for an interpreter, after a command', async () => {
    const lines = await output(`FROM busybox
RUN <<EOF
for n in 1 2; do
  echo shell $n
done
EOF
RUN <<SCRIPT
#!/bin/cat
by cat
SCRIPT
RUN cat <<A && cat <<-B
plain
A
\t\ttabs
\tB
`);
    expect(lines).toEqual(['shell 1', 'shell 2', '#!/bin/cat', 'by cat', 'plain', 'tabs']);
  });

  it('is on a machine of the name it is given, and runs again for another one', async () => {
    const dockerfileText = 'FROM busybox\nRUN --network=none hostname\n';
    const build = (name?: string) =>
      stand.build({
        dockerfileText,
        buildArgs: name === undefined ? {} : { BUILDKIT_SANDBOX_HOSTNAME: name },
      });
    expect((await build()).output).toBe('buildkitsandbox\n');
    expect((await build('farm-1')).output).toBe('farm-1\n');
    expect((await build('farm-1')).cached).toContainEqual(expect.stringContaining('RUN'));
    await expect(build('not a name')).rejects.toMatchObject({ code: 'bad-hostname' });
  });

  it('says that nothing becomes of BUILDKIT_MULTI_PLATFORM', async () => {
    const { events } = await stand.build({
      dockerfileText: 'FROM busybox\n',
      buildArgs: { BUILDKIT_MULTI_PLATFORM: '1' },
    });
    const warnings = events.filter(({ kind }) => kind === 'warning');
    expect(warnings).toMatchObject([{ message: expect.stringContaining('makes its manifest, no index') }]);
  });

  it('fails with the command, its status and its place', async () => {
    const dockerfileText = 'FROM busybox\nRUN echo fine\nRUN echo before; exit 42\n';
    const operation = stand.builds.build({ contextDir: stand.contextDir, dockerfileText });
    const kinds: string[] = [];
    for await (const event of operation)
      if (!['graph', 'output'].includes(event.kind)) kinds.push(event.kind);
    await expect(operation.result).rejects.toMatchObject({
      kind: 'failed',
      code: 'build-step-failed',
      message: "The command '/bin/sh -c echo before; exit 42' returned a non-zero code: 42",
      exitCode: 1,
      details: { status: 42, vertex: '0.2', position: { file: 'Dockerfile', line: 3 } },
    });
    expect(kinds.slice(-2)).toEqual(['started', 'failed']);
  });

  it('says so when the program is not there, as a shell would', async () => {
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nRUN ["/no/such", "program"]' }),
    ).rejects.toMatchObject({ code: 'build-step-failed', exitCode: 1, details: { status: 127 } });
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nUSER nobodyhere\nRUN true' }),
    ).rejects.toMatchObject({
      message: 'unable to find user nobodyhere: no matching entries in passwd file',
      exitCode: 1,
    });
  });

  it('uses the SHELL of the stage', async () => {
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nSHELL ["/bin/sh", "-ec"]\nRUN false; true' }),
    ).rejects.toMatchObject({
      message: "The command '/bin/sh -ec false; true' returned a non-zero code: 1",
    });
  });

  it('leaves nothing in the layer that only its runtime needed', async () => {
    const text = 'FROM scratch\nCOPY --from=busybox /bin/busybox /bin/sh\nRUN --network=none true\n';
    const { result } = await stand.build({ dockerfileText: text, noCache: true });
    expect(stand.services.images.get(result.imageId)?.diffIds.at(-1)).toBe(emptyLayer);
  });

  it('mounts caches, files of the context and of stages, memory and secrets', async () => {
    const token = stand.root.at('token');
    writeFileSync(token, 'swordfish');
    stand.write({ 'bound/file.txt': 'from context\n' });
    const text = (command: string): string => `FROM busybox AS other
RUN mkdir /o && echo from stage > /o/f
FROM busybox
RUN --mount=type=cache,target=/cache,id=test-cache \\
    --mount=type=bind,source=bound,target=/bound \\
    --mount=type=bind,from=other,source=/o,target=/other,rw \\
    --mount=type=tmpfs,target=/mem,size=1m \\
    --mount=type=secret,id=token \\
    --mount=type=secret,id=token,env=TOKEN \\
    --mount=type=secret,id=absent \\
    ${command}
RUN ls -d /cache /bound /other /mem /run/secrets 2>&1 | grep -v 'No such' || true
`;
    const first = await stand
      .build({
        dockerfileText: text(
          'echo kept > /cache/k; cat /bound/file.txt /other/f /run/secrets/token; echo " $TOKEN"; echo "$TOKEN" | tr a-z A-Z; tr a-z A-Z < /run/secrets/token; echo; touch /bound/x 2>/dev/null || echo read-only; echo z > /other/f; stat -c "%a %u" /run/secrets/token; df /mem | tail -1 | cut -d" " -f1',
        ),
        secrets: { token: { path: token } },
        noCache: true,
      })
      .catch((error: unknown) => ({ output: String(error) }));
    expect(first.output).toContain(
      'from context\nfrom stage\n*** ***\nSWORDFISH\nSWORDFISH\nread-only\n400 0\ntmpfs\n',
    );
    await expect(
      stand.build({ dockerfileText: 'FROM busybox\nRUN --mount=type=secret,id=gone,required true' }),
    ).rejects.toMatchObject({ message: 'secret gone: not found' });
    const again = await stand.build({
      dockerfileText: 'FROM busybox\nRUN --mount=type=cache,target=/cache,id=test-cache cat /cache/k\n',
      noCache: true,
    });
    expect(again.output).toBe('kept\n');
    const { imageId } = again.result;
    expect(stand.services.images.get(imageId)?.diffIds.at(-1)).toBe(emptyLayer);
  });

  it('keeps secrets out of layers, history, cache and output', async () => {
    const dockerfileText = `FROM busybox
RUN --network=none --mount=type=secret,id=file --mount=type=secret,id=word,env=WORD \\
    cat /run/secrets/file; echo "$WORD"; echo "$WORD" | tr a-z A-Z > /kept; exit $CODE
`;
    const path = stand.root.at('secret-file');
    writeFileSync(path, 'correct horse battery\n');
    const secrets = { file: { path }, word: { value: 'open sesame' } };
    const { output, result, events } = await stand.build({ dockerfileText, secrets, noCache: true });
    expect(output).toBe('***\n***\n');
    expect(JSON.stringify(events)).not.toContain('sesame');
    const text = dockerfileText.replace('$CODE', '3');
    await expect(stand.build({ dockerfileText: text, secrets })).rejects.toMatchObject({
      message: expect.not.stringContaining('sesame'),
    });
    expect(JSON.stringify(stand.services.images.get(result.imageId)?.config)).not.toMatch(/sesame|battery/);
    const search = spawnSync('grep', ['-rlE', 'open sesame|correct horse', stand.root.path]);
    expect([search.status, String(search.stdout)]).toEqual([1, '']);
    const other = { ...secrets, word: { value: 'another one' } };
    expect((await stand.build({ dockerfileText, secrets: other })).result.cachedSteps).toBe(2);
    await expect(
      stand.build({ dockerfileText, secrets: { ...secrets, file: { path: '/nope' } }, noCache: true }),
    ).rejects.toMatchObject({ message: 'secret file: there is no file /nope' });
  });

  it('has secrets in memory only while a step runs, also those that are variables', async () => {
    const dockerfileText = `FROM busybox
RUN --network=none --mount=type=secret,id=file,uid=7,mode=0440 --mount=type=secret,id=word,env=WORD \\
    df /run/secrets/file | tail -1 | cut -d' ' -f1; stat -c '%a %u' /run/secrets/file; sleep 9753
`;
    const secrets = { file: { value: 'correct horse battery' }, word: { value: 'open sesame' } };
    const stop = new AbortController();
    const spec = { contextDir: stand.contextDir, dockerfileText, secrets, noCache: true };
    await using operation = stand.builds.build(spec, { signal: stop.signal });
    let output = '';
    for await (const event of operation) {
      if (event.kind === 'output') output += Buffer.from(event.data).toString();
      if (output.split('\n').length === 3) break;
    }
    expect(output).toBe('tmpfs\n440 7\n');
    const search = spawnSync('grep', ['-rlE', 'open sesame|correct horse', stand.root.path]);
    expect([search.status, String(search.stdout)]).toEqual([1, '']);
    stop.abort();
    await expect(operation.result).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('lets steps talk to an SSH agent, with the owner they ask for', async () => {
    const socket = stand.root.at('agent');
    const key = stand.root.at('key');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    try {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of the test', '-f', key]);
      await until(() => existsSync(socket));
      execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      copyProgram('/usr/bin/ssh-add', join(stand.contextDir, 'tools'));
      const ask = async (options: string, user: string) => {
        const dockerfileText = `FROM busybox
COPY tools /
USER ${user}
RUN --network=none --mount=type=ssh${options} ssh-add -l; stat -c '%a %u' $SSH_AUTH_SOCK; echo $SSH_AUTH_SOCK
`;
        const ssh = { default: socket, other: socket };
        return (await stand.build({ dockerfileText, ssh, noCache: true })).output;
      };
      const knows = (rest: string) => expect.stringMatching(`^256 SHA256:.* of the test .*\\n${rest}\\n$`);
      expect(await ask('', '0')).toEqual(knows('600 0\\n/run/buildkit/ssh_agent.0'));
      expect(await ask(',id=other,uid=7,mode=0660,target=/a', '7')).toEqual(knows('660 7\\n/a'));
      const absent = 'FROM busybox\nRUN --mount=type=ssh echo "<$SSH_AUTH_SOCK>"\n';
      expect((await stand.build({ dockerfileText: absent })).output).toBe('<>\n');
      await expect(
        stand.build({ dockerfileText: absent.replace('ssh', 'ssh,required'), noCache: true }),
      ).rejects.toMatchObject({ message: 'unset ssh forward key default' });
    } finally {
      agent.kill();
    }
  });

  it('gives steps the hosts, limits and shared memory that were asked for', async () => {
    const command =
      "grep -c '^10.1.2.3.other$' /etc/hosts; ulimit -n; df -k /dev/shm | tail -1 | awk '{print $2}'; cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; true";
    const { output } = await stand.build({
      dockerfileText: `FROM busybox\nRUN --network=none ${command}\n`,
      extraHosts: ['other:10.1.2.3'],
      resources: {
        ulimits: [{ name: 'nofile', soft: 321, hard: 400 }],
        shmSizeBytes: 2 << 20,
        memoryBytes: 64 << 20,
      },
    });
    expect(output.trim().split('\n')).toEqual(['1', '321', '2048', String(64 << 20)]);
  });

  it('keeps caches until all of the build cache is pruned', async () => {
    const mounts = async () =>
      (await stand.builds.cache()).filter(({ description }) => description.startsWith('cache mount'));
    expect(await mounts()).toMatchObject([
      { description: 'cache mount test-cache', sizeBytes: 5, inUse: false },
    ]);
    await stand.builds.pruneCache();
    expect(await mounts()).toHaveLength(1);
    const { removed } = await stand.builds.pruneCache({ all: true });
    expect(removed.at(-1)).toMatch(/^[0-9a-f]{32}$/);
    expect(await mounts()).toEqual([]);
  });

  it('looks at the content of what is mounted, not at its times', async () => {
    stand.write({ 'bound/file.txt': 'one' });
    const dockerfileText =
      'FROM busybox\nRUN --network=none --mount=source=bound,target=/b cat /b/file.txt > /copy\n';
    await stand.build({ dockerfileText });
    stand.write({ 'bound/file.txt': 'one' });
    expect((await stand.build({ dockerfileText })).result.cachedSteps).toBe(2);
    stand.write({ 'bound/file.txt': 'two' });
    expect((await stand.build({ dockerfileText })).result.cachedSteps).toBe(1);
  });
});
