import { closeSync } from 'node:fs';
import { namespaceFlags, setNamespace } from '../../src/core/host/namespaces.ts';
import { setLinkUp } from '../../src/core/host/netlink/links.ts';
import { NetlinkSocket } from '../../src/core/host/netlink/netlink-socket.ts';
import { newNetworkNamespace, withNetworkNamespace } from '../../src/core/host/network-namespace.ts';

/**
 * Moves this test file's process into a network namespace of its own, with loopback up, until it ends: bridges, rules
 * and policies of a test then touch nothing of the machine. Programs it starts are inside too.
 */
export function enterOwnNetworkNamespace(): void {
  const namespace = newNetworkNamespace();
  setNamespace(namespace, namespaceFlags.network);
  closeSync(namespace);
  using socket = new NetlinkSocket('route');
  setLinkUp(socket, 1);
}

/** Runs `work`, synchronous, in another namespace: a stand-in for a container, or for a neighbour's machine. */
export class OtherNamespace implements Disposable {
  readonly #fd = newNetworkNamespace();

  get path(): string {
    return `/proc/self/fd/${this.#fd}`;
  }

  run<T>(work: () => T): T {
    return withNetworkNamespace(`/proc/${process.pid}/fd/${this.#fd}`, work);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
