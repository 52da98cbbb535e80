import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { createNetworking } from '../../src/core/network/create-networking.ts';
import { createNetworks } from '../../src/core/network/create-networks.ts';
import type { Endpoint, Networking } from '../../src/core/network/networking.ts';
import { removeAllNetworks } from '../../src/core/network/remove-all-networks.ts';
import { OtherNamespace } from './own-network-namespace.ts';
import { tempFolder } from './temp-folder.ts';

/** Networks of a root of their own, which go with the test. */
export interface NetworkStand {
  readonly root: string;
  readonly services: {
    readonly metadata: ReturnType<typeof openMetadata>;
    readonly dirs: { readonly root: string };
  };
  readonly networking: Networking;
  readonly networks: ReturnType<typeof createNetworks>;
  /** A namespace connected as a container would be, with a server inside: a Node program that says when it is ready. */
  serving(
    request: Parameters<Networking['allocate']>[0],
    program: string,
  ): Promise<{ readonly endpoint: Endpoint; readonly namespace: OtherNamespace }>;
}

/** One for a test. */
export function networkStand(): NetworkStand {
  const folder = tempFolder();
  const services = { metadata: openMetadata(folder.at('metadata.db')), dirs: { root: folder.path } };
  const networking = createNetworking(services);
  const networks = createNetworks(services);
  onTestFinished(async () => {
    await networks.prune();
    await removeAllNetworks(services);
    services.metadata[Symbol.dispose]();
    folder[Symbol.dispose]();
  });
  return {
    root: folder.path,
    services,
    networking,
    networks,
    async serving(request, program) {
      const namespace = new OtherNamespace();
      const endpoint = await networking.allocate(request);
      await networking.connect(endpoint, namespace.path);
      // Spawned in its namespace: the thread that forks is inside at that moment.
      const server = namespace.run(() => spawn(process.execPath, ['-e', program]));
      await once(server.stdout!, 'data');
      onTestFinished(async () => {
        server.kill('SIGKILL');
        await once(server, 'close');
        namespace[Symbol.dispose]();
        await networking.release(endpoint);
      });
      return { endpoint, namespace };
    },
  };
}
