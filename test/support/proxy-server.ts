import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { startServer } from './server-process.ts';
import { tempFolder } from './temp-folder.ts';

/** Debian's tinyproxy on a loopback port. */
export interface ProxyServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, with user and password where it wants them. */
  readonly url: string;
  /** Without them. */
  readonly host: string;
  /** What was asked of it: `CONNECT 10.0.0.1:5000`, `GET http://…`. */
  requests(): readonly string[];
}

export async function proxyServer(login?: {
  readonly user: string;
  readonly password: string;
}): Promise<ProxyServer> {
  const folder = tempFolder();
  const port = await freePort();
  writeFileSync(
    folder.at('tinyproxy.conf'),
    [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'LogLevel Connect',
      'MaxClients 50',
      ...(login === undefined ? [] : [`BasicAuth ${login.user} ${login.password}`]),
    ].join('\n'),
  );
  const server = await startServer({
    argv: ['tinyproxy', '-d', '-c', folder.at('tinyproxy.conf')],
    logPath: folder.at('log'),
    ready: () =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        }).once('error', () => resolve(false));
      }),
  });
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `http://${login === undefined ? '' : `${login.user}:${login.password}@`}${host}`,
    requests: () =>
      [...server.log().matchAll(/Request \(file descriptor \d+\): (\w+ \S+) HTTP/g)].map(
        ([, line]) => line as string,
      ),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
