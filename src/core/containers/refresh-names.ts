import { closeSync, constants, fstatSync, ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../host/lock-file.ts';
import { openRegularFile } from '../host/open-regular-file.ts';
import { isErrno } from '../host/system-error.ts';
import { addressesOf, type Endpoint } from '../network/networking.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { isAlive } from './lifecycle.ts';
import { namelessNetwork, replaceNamesBlock } from './names-block.ts';
import { spreadOrder } from './spread-order.ts';

const largestHostsBytes = 1 << 20;

/**
 * Writes who is on a network, and under which names, into /etc/hosts of everybody on it: of the networks somebody made.
 * Called when one comes, goes or gets another name. The files are seen inside through binds, so that running
 * containers see it at once, and nothing needs to run for it.
 */
export async function refreshNames(
  context: ContainerContext,
  changed: readonly Pick<Endpoint, 'name' | 'networkId' | 'containerId'>[],
): Promise<void> {
  const networks = new Set(
    changed.filter(({ name }) => name !== namelessNetwork).map(({ networkId }) => networkId),
  );
  const own = new Set(changed.map(({ containerId }) => containerId));
  const links = [...own].some((id) => (context.records.get(id)?.spec.links?.length ?? 0) > 0);
  if (networks.size === 0 && !links) return;
  using _lock = await lockFile(join(context.dirs.locks, 'names'));
  const living = [...context.records.entries()]
    .map(([, record]) => record)
    .filter(({ state, endpoints }) => isAlive(state) && endpoints.length > 0);
  for (const record of living) {
    const isOn = record.endpoints.some(({ networkId }) => networks.has(networkId));
    if (isOn || own.has(record.id)) {
      writeNames(join(containerDir(context, record.id), 'hosts'), linesFor(record, living));
    }
  }
}

/** `address<TAB>names` of all it can reach by name. */
function linesFor(record: ContainerRecord, living: readonly ContainerRecord[]): readonly string[] {
  const lines: string[] = [];
  for (const { networkId, name } of record.endpoints) {
    if (name === namelessNetwork) continue;
    for (const other of spreadOrder(record.id, living)) {
      const there = other.endpoints.find((endpoint) => endpoint.networkId === networkId);
      if (there !== undefined) lines.push(...linesAt(there, namesOf(other, there)));
    }
  }
  return [...lines, ...linkLines(record, living)];
}

function linesAt(endpoint: Endpoint, names: readonly string[]): readonly string[] {
  return addressesOf(endpoint).map((address) => `${address}\t${names.join(' ')}`);
}

function namesOf(record: ContainerRecord, { aliases }: Endpoint): readonly string[] {
  return [...new Set([record.name, ...aliases, record.id.slice(0, 12)])];
}

/** `--link`: names that only this container has for others. */
function linkLines(record: ContainerRecord, living: readonly ContainerRecord[]): readonly string[] {
  return (record.spec.links ?? []).flatMap((link) => {
    const [target = '', alias = target] = link.split(':', 2);
    const other = living.find(({ id, name }) => name === target || id.startsWith(target));
    const shared = other?.endpoints.find(({ networkId }) =>
      record.endpoints.some((own) => own.networkId === networkId),
    );
    if (other === undefined || shared === undefined) return [];
    return linesAt(shared, [...new Set([alias, other.name, other.id.slice(0, 12)])]);
  });
}

/** In place: the file is a mount inside, which a renamed one would leave behind. */
function writeNames(path: string, lines: readonly string[]): void {
  let fd: number;
  try {
    fd = openRegularFile(path, constants.O_RDWR | constants.O_NOFOLLOW);
  } catch (error) {
    // It joins the network of another, or is being removed.
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  try {
    // The container may have made it anything: what no longer is a list of names is its own affair.
    if (fstatSync(fd).size > largestHostsBytes) return;
    const before = readFileSync(fd, 'utf8');
    const bytes = Buffer.from(replaceNamesBlock(before, lines));
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(fd, bytes, done, bytes.length - done, done);
    }
    ftruncateSync(fd, bytes.length);
  } finally {
    closeSync(fd);
  }
}
