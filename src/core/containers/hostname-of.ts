import { hostname as machineName } from 'node:os';
import type { ContainerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';

/**
 * What a container calls itself, as Docker has it: its own name, in another's network that one's, in the machine's
 * network or under its name the machine's.
 */
export function hostnameOf(context: ContainerContext, record: ContainerRecord): string {
  return networkOwner(context, record).hostname ?? machineName();
}

const joined = 'container:';
/** Each joins one that was there before it, so that a chain ends; a damaged record must not keep us. */
const longestChain = 100;

/** Whose network it is in after all: who joins one that has joined another is in that one's, and has its files. */
export function networkOwner(context: ContainerContext, record: ContainerRecord): ContainerRecord {
  let owner = record;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const { network } = owner.spec;
    const next = network?.startsWith(joined) ? context.records.get(network.slice(joined.length)) : undefined;
    if (next === undefined) return owner;
    owner = next;
  }
  return owner;
}
