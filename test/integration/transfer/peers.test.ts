import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { dockerDaemon } from '../../support/docker-daemon.ts';
import { enterOwnNetworkNamespace } from '../../support/own-network-namespace.ts';
import { podman } from '../../support/podman.ts';
import { registryServer } from '../../support/registry-server.ts';
import { makeTar } from '../../support/tar-fixture.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { addImage } from '../../support/test-core.ts';
import { testEngine } from '../../support/test-engine.ts';

beforeAll(enterOwnNetworkNamespace);

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
    await engine.port.push(name).result;
    for (const said of [
      await daemon.must('run', '--rm', '--network', 'none', name),
      (await pods.must('pull', '--tls-verify=false', name)) && (await pods.must('run', '--rm', name)),
    ]) {
      expect(said).toMatch(/^hello\n/);
      expect(said.split('\n')).not.toContain('old');
      expect(said.split('\n')).not.toContain('gone');
    }
    expect((await daemon.must('image', 'inspect', '-f', '{{.Id}}', name)).trim()).toBe(image.id);

    writeFileSync(folder.at('root.tar'), makeTar(base));
    const theirs = (tool: string): string => `${server.host}/team/${tool}:1`;
    await daemon.must('import', '-c', 'CMD ["x"]', folder.at('root.tar'), theirs('docker'));
    await daemon.must('push', theirs('docker'));
    await pods.must('import', folder.at('root.tar'), theirs('podman'));
    await pods.must('push', '--tls-verify=false', theirs('podman'));
    for (const tool of ['docker', 'podman']) {
      const [pulled] = await engine.port.pull(theirs(tool)).result;
      const copy = engine.images.resolve(theirs(tool));
      expect(pulled?.id).toBe(copy.id);
      expect(copy.sizeBytes).toBe(base.reduce((sum, { content = '' }) => sum + content.length, 0));
    }
  });
});
