import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { dockerDaemon } from '../../support/docker-daemon.ts';
import { podman } from '../../support/podman.ts';
import { registryServer } from '../../support/registry-server.ts';
import { mustRun } from '../../support/run-program.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { addImage } from '../../support/test-core.ts';
import { testEngine } from '../../support/test-engine.ts';

const base = [
  { path: 'bin/', mode: 0o755 },
  { path: 'bin/busybox', content: readFileSync('/bin/busybox'), mode: 0o755 },
  { path: 'old', content: 'old' },
  { path: 'dir/gone', content: 'x' },
];
const top = [{ path: 'greeting', content: 'hello\n' }, { path: '.wh.old' }, { path: 'dir/.wh..wh..opq' }];
const config = { Cmd: ['/bin/busybox', 'sh', '-c', 'cat /greeting; ls / /dir'], Env: ['PATH=/bin'] };

describe('through a registry', () => {
  it('docker and podman run what we push, and we pull what they push', async () => {
    await using server = await registryServer();
    await using daemon = await dockerDaemon();
    await using pods = podman();
    using registry = createRegistryClient({});
    using engine = testEngine(registry);
    using folder = tempFolder();

    const name = `${server.host}/team/ours:1`;
    const image = await addImage(engine, { names: [name], layers: [base, top], config });
    const [pushed] = await engine.port.push(name).result;
    for (const said of [
      await daemon.must('run', '--rm', '--network', 'none', name),
      (await pods.must('pull', '--tls-verify=false', name)) && (await pods.must('run', '--rm', name)),
    ]) {
      expect(said).toMatch(/^hello\n/);
      expect(said.split('\n')).not.toContain('old');
      expect(said.split('\n')).not.toContain('gone');
    }
    expect((await daemon.must('image', 'inspect', '-f', '{{.Id}}', name)).trim()).toBe(image.id);
    const digests = [
      await daemon.must('image', 'inspect', '-f', '{{index .RepoDigests 0}}', name),
      await pods.must('image', 'inspect', '--format', '{{.Digest}}', name),
      await mustRun(['skopeo', 'inspect', '--tls-verify=false', '-f', '{{.Digest}}', `docker://${name}`]),
    ];
    expect(digests.map((text) => text.trim().replace(/.*@/, ''))).toEqual(Array(3).fill(pushed?.digest));

    writeFileSync(folder.at('root.tar'), makeTar(base));
    const theirs = (tool: string): string => `${server.host}/team/${tool}`;
    const digestFile = folder.at('digest');
    const podmanPush = (source: string, target: string, format: string) =>
      pods.must(
        ...['push', '--tls-verify=false', '--digestfile', digestFile, '--format', format],
        ...[source, target],
      );
    await daemon.must('import', '-c', 'CMD ["x"]', folder.at('root.tar'), theirs('docker:one'));
    await daemon.must('tag', name, theirs('docker:many'));
    await pods.must('import', folder.at('root.tar'), 'localhost/one');
    const pushes: Readonly<Record<string, () => Promise<string>>> = {
      'docker:one': () => daemon.must('push', theirs('docker:one')),
      'docker:many': () => daemon.must('push', theirs('docker:many')),
      'podman:one': () => podmanPush('localhost/one', theirs('podman:one'), 'oci'),
      'podman:oci': () => podmanPush(name, theirs('podman:oci'), 'oci'),
      'podman:docker': () => podmanPush(name, theirs('podman:docker'), 'v2s2'),
    };
    for (const [tag, push] of Object.entries(pushes)) {
      const said = await push();
      const digest = tag.startsWith('docker')
        ? /digest: (\S+)/.exec(said)?.[1]
        : readFileSync(digestFile, 'utf8').trim();
      const [pulled] = await engine.port.pull(theirs(tag)).result;
      const copy = engine.images.resolve(theirs(tag));
      expect([tag, pulled?.id, pulled?.digest]).toEqual([tag, copy.id, digest]);
      const isOne = tag.endsWith(':one');
      expect([tag, copy.diffIds.length]).toEqual([tag, isOne ? 1 : 2]);
      if (isOne) expect(copy.sizeBytes).toBe(base.reduce((sum, { content = '' }) => sum + content.length, 0));
      else expect(copy.diffIds).toEqual(image.diffIds);
    }
  });
});
