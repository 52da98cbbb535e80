import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { worldResolver } from '../../host/user-world/own-world.ts';
import { hostResolver } from '../../network/host-resolver.ts';
import { hostsText, resolverText } from '../../network/identity-texts.ts';
import type { Endpoint } from '../../network/networking.ts';
import type { ResolvedMount } from '../../runtime/spec/mounts.ts';
import type { BuildSession } from '../solver/build-session.ts';

export type StepNetworkName = 'default' | 'none' | 'host';

/** How a step sees the network, with the files that say so. Disposing gives its address back. */
export interface StepNetwork extends AsyncDisposable {
  readonly mode: 'own' | 'host';
  readonly network: 'new' | undefined;
  readonly configureNetwork: ((netnsPath: string) => Promise<void>) | undefined;
  readonly openNetwork?: (() => Promise<number>) | undefined;
  /** /etc/hosts and /etc/resolv.conf. */
  readonly mounts: readonly ResolvedMount[];
}

/** What the machine of a step is called; the usual name is BuildKit's. */
export function stepHostname({ frontendArgs }: Pick<BuildSession, 'frontendArgs'>): string {
  return frontendArgs.hostname ?? 'buildkitsandbox';
}

const nothing = { [Symbol.asyncDispose]: async (): Promise<void> => undefined };

/** The bridge containers use, nothing but a loopback, or the host's own network. Files go to `dir`. */
export async function stepNetwork(
  session: BuildSession,
  name: StepNetworkName,
  stepId: string,
  dir: string,
): Promise<StepNetwork> {
  if (name === 'host') {
    return {
      ...identity(session, dir, undefined, true),
      mode: 'host',
      network: undefined,
      configureNetwork: undefined,
      ...nothing,
    };
  }
  if (name === 'none') {
    const { loopbackOnly } = await import('../../network/connect-endpoint.ts');
    return {
      ...identity(session, dir, undefined, false),
      mode: 'own',
      network: 'new',
      configureNetwork: loopbackOnly(),
      ...nothing,
    };
  }
  const networking = await session.dependencies.networking();
  const endpoint = await networking.allocate({ containerId: stepId, network: 'bridge', ports: [] });
  try {
    return {
      ...identity(session, dir, endpoint, false),
      mode: 'own',
      network: 'new',
      configureNetwork: (path) => networking.connect(endpoint, path),
      openNetwork: networking.openNamespace,
      [Symbol.asyncDispose]: () => networking.release(endpoint),
    };
  } catch (error) {
    await networking.release(endpoint);
    throw error;
  }
}

function identity(
  session: BuildSession,
  dir: string,
  endpoint: Endpoint | undefined,
  sharesHost: boolean,
): { readonly mounts: readonly ResolvedMount[] } {
  const texts = {
    hosts: hostsText({
      base: sharesHost ? readFileSync('/etc/hosts', 'utf8') : undefined,
      addresses: endpoint === undefined ? [] : [endpoint.address],
      hostname: stepHostname(session),
      extra: session.extraHosts,
      hostGateway: endpoint?.gateway ?? '127.0.0.1',
    }),
    'resolv.conf': resolverText({
      host: hostResolver(),
      servers: [],
      search: [],
      reach: sharesHost ? 'host' : 'ipv4',
      proxy: worldResolver(),
    }),
  };
  const mounts = Object.entries(texts).map(([file, text]): ResolvedMount => {
    const source = join(dir, file);
    writeFileSync(source, text);
    chmodSync(source, 0o644);
    return { kind: 'bind', source, target: `/etc/${file}`, readOnly: true };
  });
  return { mounts };
}
