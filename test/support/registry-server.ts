import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';
import { mustRun } from './run-program.ts';
import { startServer } from './server-process.ts';
import { tempFolder } from './temp-folder.ts';
import type { TokenServer } from './token-server.ts';

/** Debian's docker-registry (the reference implementation, 2.8) on a loopback port, with a folder of its own. */
export interface RegistryServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`: what a reference to one of its images begins with. */
  readonly host: string;
  /** With the scheme, for HTTP calls. */
  readonly url: string;
  /** Path of the certificate to trust, with `tls`. */
  readonly certificate: string | undefined;
  /** Where it keeps what it has. */
  readonly data: string;
  log(): string;
}

export interface RegistryOptions {
  /** Asks for {@link registryUser} and {@link registryPassword} (Basic). */
  readonly auth?: boolean;
  /** With a certificate of its own making for 127.0.0.1 and localhost. */
  readonly tls?: boolean | { readonly certificate: string; readonly key: string };
  /** Clients must show a certificate that this one vouches for. */
  readonly clientAuthority?: string;
  /** Asks for tokens of this server. */
  readonly tokens?: Pick<TokenServer, 'realm' | 'service' | 'issuer' | 'certificate'>;
  /** Address to listen at. Default: loopback. */
  readonly address?: string;
  /** Below the folder of another registry, to serve the same content. */
  readonly data?: string;
}

export const registryUser = 'gantry';
export const registryPassword = 'open sesame';

export async function registryServer(options: RegistryOptions = {}): Promise<RegistryServer> {
  const folder = tempFolder();
  const port = await freePort();
  const address = options.address ?? '127.0.0.1';
  const host = `${address}:${port}`;
  const data = options.data ?? folder.at('data');
  const { tokens } = options;
  const tls =
    options.tls === true
      ? await makeCertificate(folder.path)
      : options.tls === false
        ? undefined
        : options.tls;
  if (options.auth === true) writeFileSync(folder.at('users'), passwordFile);
  writeFileSync(
    folder.at('config.yml'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: data }, delete: { enabled: true } },
      http: {
        addr: host,
        ...(tls && {
          tls: {
            ...tls,
            ...(options.clientAuthority !== undefined && { clientcas: [options.clientAuthority] }),
          },
        }),
      },
      ...(options.auth === true && { auth: { htpasswd: { realm: 'gantry', path: folder.at('users') } } }),
      ...(tokens && {
        auth: {
          token: {
            realm: tokens.realm,
            service: tokens.service,
            issuer: tokens.issuer,
            rootcertbundle: tokens.certificate,
          },
        },
      }),
    }),
  );
  const server = await startServer({
    argv: ['docker-registry', 'serve', folder.at('config.yml')],
    logPath: folder.at('log'),
    ready: () => accepts(port, address),
  });
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    certificate: tls?.certificate,
    data,
    log: server.log,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** bcrypt is all that docker-registry takes. */
const passwordFile = `${registryUser}:$2b$05$gantrygantrygantryganu2IyE4a/oLpFx66uc6a8H.67UPzl7kE6\n`;

/** A key pair with a certificate that vouches for itself, in files of a folder. */
export async function makeCertificate(
  folder: string,
  {
    name = 'localhost',
    alternatives = 'IP:127.0.0.1,DNS:localhost',
    file = 'certificate',
    expired = false,
  }: {
    readonly name?: string;
    readonly alternatives?: string;
    readonly file?: string;
    readonly expired?: boolean;
  } = {},
): Promise<{ readonly certificate: string; readonly key: string }> {
  const [certificate, key] = [`${folder}/${file}.pem`, `${folder}/${file}-key.pem`];
  await mustRun([
    ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternatives}`],
    ...['-keyout', key, '-out', certificate],
  ]);
  if (expired) {
    const again = ['-in', certificate, '-signkey', key, '-days', '-1', '-out', certificate];
    await mustRun(['openssl', 'x509', ...again]);
  }
  return { certificate, key };
}

function accepts(port: number, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
