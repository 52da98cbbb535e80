import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { mustRun } from './run-program.ts';
import { startServer } from './server-process.ts';
import { tempFolder } from './temp-folder.ts';

/** Debian's docker-registry (the reference implementation, 2.8) on a loopback port, with a folder of its own. */
export interface RegistryServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`: what a reference to one of its images begins with. */
  readonly host: string;
  /** With the scheme, for HTTP calls. */
  readonly url: string;
  /** Path of the certificate to trust, with `tls`. */
  readonly certificate: string | undefined;
  log(): string;
}

export interface RegistryOptions {
  /** Asks for {@link registryUser} and {@link registryPassword} (Basic). */
  readonly auth?: boolean;
  /** With a certificate of its own making for 127.0.0.1 and localhost. */
  readonly tls?: boolean;
}

export const registryUser = 'gantry';
export const registryPassword = 'open sesame';

export async function registryServer(options: RegistryOptions = {}): Promise<RegistryServer> {
  const folder = tempFolder();
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const certificate = options.tls === true ? await makeCertificate(folder.path) : undefined;
  if (options.auth === true) writeFileSync(folder.at('users'), passwordFile);
  writeFileSync(
    folder.at('config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: folder.at('data') }, delete: { enabled: true } },
      http: {
        addr: host,
        ...(certificate && { tls: { certificate, key: folder.at('key.pem') } }),
      },
      ...(options.auth === true && { auth: { htpasswd: { realm: 'gantry', path: folder.at('users') } } }),
    }),
  );
  const server = await startServer({
    argv: ['docker-registry', 'serve', folder.at('config.yml')],
    logPath: folder.at('log'),
    ready: () => accepts(port),
  });
  return {
    host,
    url: `${certificate === undefined ? 'http' : 'https'}://${host}`,
    certificate,
    log: server.log,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** bcrypt is all that docker-registry takes. */
const passwordFile = `${registryUser}:$2b$05$gantrygantrygantryganu2IyE4a/oLpFx66uc6a8H.67UPzl7kE6\n`;

async function makeCertificate(folder: string): Promise<string> {
  const certificate = `${folder}/certificate.pem`;
  await mustRun([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', `${folder}/key.pem`, '-out', certificate],
  ]);
  return certificate;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
