import { chmodSync, chownSync, closeSync, constants, openSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname } from 'node:path';

export interface ForwardedSocket extends Disposable {
  readonly path: string;
}

/**
 * A socket of its own at `path` that passes all on to the one at `target`, with owner and mode of its own. Disposing of
 * it ends what goes through it. Its folder must be there.
 */
export async function forwardSocket(
  path: string,
  target: string,
  { uid, gid, mode }: { readonly uid: number; readonly gid: number; readonly mode: number },
): Promise<ForwardedSocket> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on('error', () => undefined).once('close', () => open.delete(socket));
  };
  const server = createServer((client) => {
    const agent = keep(connect(target));
    keep(client).pipe(agent).pipe(client);
    client.once('close', () => agent.destroy());
    agent.once('close', () => client.destroy());
  });
  // An address has 107 bytes; by a descriptor of its folder every path is short.
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(`/proc/self/fd/${folder}/${basename(path)}`, listening.resolve);
    await listening.promise;
    server.unref();
    chownSync(path, uid, gid);
    chmodSync(path, mode);
  } catch (error) {
    server.close();
    closeSync(folder);
    throw error;
  }
  return {
    path,
    [Symbol.dispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      closeSync(folder);
    },
  };
}
