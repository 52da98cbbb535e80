import { newNetworkNamespace } from '../host/network-namespace.ts';
import type { LaunchRequest } from './runtime.ts';

/**
 * A descriptor of a network namespace for a container that gets a new one and has it configured from outside; undefined
 * where the runtime makes one, or none is made. The caller closes it.
 */
export async function ownNetwork({
  network,
  configureNetwork,
  openNetwork,
}: Pick<LaunchRequest, 'network' | 'configureNetwork' | 'openNetwork'>): Promise<number | undefined> {
  if (network !== 'new' || configureNetwork === undefined) return undefined;
  return openNetwork === undefined ? newNetworkNamespace() : openNetwork();
}
