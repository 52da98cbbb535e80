import { randomBytes } from 'node:crypto';
import { openContentStore } from '../../src/core/content/open-content-store.ts';
import { createRegistryClient } from '../../src/core/registry/create-registry-client.ts';
import { connectionBudget } from '../../src/core/transfer/connection-budget.ts';
import { downloadBlob } from '../../src/core/transfer/download-blob.ts';
import { registryServer } from '../../test/support/registry-server.ts';
import { remoteRepository } from '../../test/support/remote-images.ts';
import { type SlowLink, slowLink } from '../../test/support/slow-link.ts';
import { tempFolder } from '../../test/support/temp-folder.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';
import type { Stage } from './stage.ts';

const layerBytes = 8 * 1024 ** 2;

/**
 * One layer that nothing makes smaller, over a link of 50 ms and 1 % loss: with several connections, with one, and as
 * docker and podman fetch it; and without the link, where several connections must cost nothing.
 */
export async function benchSlowLink({ docker, podman }: Stage, rounds: number): Promise<readonly Result[]> {
  await using server = await registryServer();
  await using link = await slowLink(server.host, { delayMs: 50, loss: 0.01 });
  using registry = createRegistryClient({});
  const remote = remoteRepository(registry, `${server.host}/slow`);
  await remote.image({ tag: '1', layers: [[{ path: 'big', content: randomBytes(layerBytes) }]] });
  const signal = new AbortController().signal;
  const { bytes } = await remote.client.fetchManifest('1', signal);
  const layer = JSON.parse(Buffer.from(bytes).toString()).layers[0];

  const fetch = (host: string, most: number) => async (): Promise<number> => {
    using folder = tempFolder();
    using client = createRegistryClient({});
    const [domain = '', path = ''] = `${host}/slow`.split('/');
    const begun = performance.now();
    await downloadBlob({
      descriptor: layer,
      repository: client.repository(domain, path, 'pull'),
      content: openContentStore({ content: folder.path }),
      connections: connectionBudget(most),
      tell: () => undefined,
      signal,
    });
    return performance.now() - begun;
  };
  const pullBy = (argv: readonly string[], env: Readonly<Record<string, string>>, ...options: string[]) => {
    const name = `${link.host}/slow:1`;
    return async (): Promise<number> => {
      const tookMs = await runTimed([...argv, 'pull', ...options, name], env);
      await runTimed([...argv, 'rmi', name], env);
      return tookMs;
    };
  };
  const slow = await interleave(rounds, {
    gantry: fetch(link.host, 8),
    'one connection': fetch(link.host, 0),
    ...(docker && { docker: pullBy(docker.argv, docker.env) }),
    ...(podman && { podman: pullBy(podman.argv, podman.env, '--tls-verify=false') }),
  });
  const quick = await interleave(rounds * 3, {
    gantry: fetch(server.host, 8),
    'one connection': fetch(server.host, 0),
  });
  return [
    { title: 'slow link', samples: slow, note: noteOf(link) },
    { title: 'loopback', samples: quick },
  ];
}

function noteOf({ mostAtOnce }: SlowLink): string {
  return `8 MiB, 50 ms, 1 % loss (TCP Reno, modelled); at most ${mostAtOnce} connections`;
}
