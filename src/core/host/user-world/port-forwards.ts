import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';

/** A port of the machine and the address in the world's network it leads to. */
export interface PortForward {
  readonly protocol: 'tcp' | 'udp';
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly address: string;
  readonly port: number;
}

/** As slirp4netns numbers it. */
export type OpenForward = PortForward & { readonly id: number };

/** The ports it listens on. `socket`: of its API, slirp4netns(1). */
export async function listForwards(socket: string): Promise<readonly OpenForward[]> {
  const { entries } = await ask(socket, { execute: 'list_hostfwd' });
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => ({
    id: entry.id,
    protocol: entry.proto,
    hostAddress: entry.host_addr,
    hostPort: entry.host_port,
    address: entry.guest_addr,
    port: entry.guest_port,
  }));
}

/** Listens on one more. False: the port cannot be had. */
export async function addForward(socket: string, forward: PortForward): Promise<boolean> {
  const answer = await ask(socket, {
    execute: 'add_hostfwd',
    arguments: {
      proto: forward.protocol,
      host_addr: forward.hostAddress,
      host_port: forward.hostPort,
      guest_addr: forward.address,
      guest_port: forward.port,
    },
  });
  return answer.error === undefined;
}

export async function removeForward(socket: string, { id }: OpenForward): Promise<void> {
  await ask(socket, { execute: 'remove_hostfwd', arguments: { id } });
}

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly desc?: string };
  readonly entries?: readonly {
    readonly id: number;
    readonly proto: 'tcp' | 'udp';
    readonly host_addr: string;
    readonly host_port: number;
    readonly guest_addr: string;
    readonly guest_port: number;
  }[];
}

/** One question a connection. */
async function ask(path: string, question: unknown): Promise<Answer> {
  const { connect } = await import('node:net');
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  // The address of a socket ends at 107 bytes; its folder is shorter by descriptor.
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  const socket = connect(`/proc/self/fd/${folder}/${basename(path)}`).once('close', () => closeSync(folder));
  let text = '';
  socket
    .setEncoding('utf8')
    .setTimeout(answerMs, () => socket.destroy(new Error('it does not answer')))
    .on('data', (part: string) => {
      text += part;
    })
    .once('error', reject)
    .once('end', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        reject(new Error(`it answers ${JSON.stringify(text.slice(0, 100))}`));
      }
    })
    .end(JSON.stringify(question));
  return promise.catch((cause: unknown) => {
    throw new GantryError({
      kind: 'io',
      code: 'uplink-silent',
      message: `cannot publish ports: no use asking slirp4netns: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'it is started anew when it was killed: try once more',
      cause,
    });
  });
}

const answerMs = 10_000;
