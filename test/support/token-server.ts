import { createHash, createPrivateKey, randomUUID, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { makeCertificate } from './registry-server.ts';
import { tempFolder } from './temp-folder.ts';

/** One request for a token, as it came. */
export interface TokenRequest {
  readonly method: string;
  readonly authorization: string | undefined;
  /** Of the query or the form. */
  readonly parameters: URLSearchParams;
}

/**
 * A token server whose tokens docker-registry verifies: it knows one user, lets anybody read `public/…`, and can be
 * told to know only one of the two ways to ask.
 */
export interface TokenServer extends AsyncDisposable {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** Path of the certificate that its tokens are verified by. */
  readonly certificate: string;
  readonly seen: readonly TokenRequest[];
  /** `both` by default. */
  ways: 'both' | 'get' | 'post';
  /** Seconds a token is good for. */
  lifetimeSeconds: number;
  /** Refresh tokens it gave. */
  readonly refreshTokens: ReadonlySet<string>;
}

export const tokenUser = 'robot';
export const tokenPassword = 'sésame: öffne dich';

export async function tokenServer(): Promise<TokenServer> {
  const folder = tempFolder();
  const pair = await makeCertificate(folder.path, { name: 'tokens' });
  const seen: TokenRequest[] = [];
  const refreshTokens = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: TokenServer = {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    service: 'registry of the tests',
    issuer: 'tokens of the tests',
    certificate: pair.certificate,
    seen,
    refreshTokens,
    ways: 'both',
    lifetimeSeconds: 300,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      folder[Symbol.dispose]();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const parameters =
      method === 'POST'
        ? new URLSearchParams(await text(request))
        : new URL(request.url ?? '/', self.realm).searchParams;
    seen.push({ method, authorization: headers.authorization, parameters });
    if ((method === 'GET' && self.ways === 'post') || (method === 'POST' && self.ways === 'get')) {
      response.writeHead(method === 'GET' ? 405 : 404).end('no');
      return;
    }
    const who = method === 'POST' ? posted(parameters) : basic(headers.authorization);
    if (who === 'nobody') {
      response.writeHead(401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ details: 'incorrect username or password' }));
      return;
    }
    const scopes = parameters.getAll('scope').flatMap((scope) => scope.split(' '));
    const token = makeToken(who, scopes.filter(Boolean));
    const offline = parameters.get('offline_token') === 'true' || parameters.get('access_type') === 'offline';
    const refresh = offline && who === 'user' ? randomUUID() : undefined;
    if (refresh !== undefined) refreshTokens.add(refresh);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({
        [method === 'POST' ? 'access_token' : 'token']: token,
        expires_in: self.lifetimeSeconds,
        ...(refresh !== undefined && { refresh_token: refresh }),
      }),
    );
  }

  type Who = 'user' | 'anybody' | 'nobody';

  function basic(header: string | undefined): Who {
    if (header === undefined) return 'anybody';
    const plain = Buffer.from(header.replace(/^Basic /, ''), 'base64').toString('utf8');
    const [name, secret = ''] = [plain.slice(0, plain.indexOf(':')), plain.slice(plain.indexOf(':') + 1)];
    if (name === '<token>') return refreshTokens.has(secret) ? 'user' : 'nobody';
    return name === tokenUser && secret === tokenPassword ? 'user' : 'nobody';
  }

  function posted(form: URLSearchParams): Who {
    if (form.get('grant_type') === 'refresh_token') {
      return refreshTokens.has(form.get('refresh_token') ?? '') ? 'user' : 'nobody';
    }
    return form.get('username') === tokenUser && form.get('password') === tokenPassword ? 'user' : 'nobody';
  }

  /** A JSON web token as docker-registry wants it (distribution token specification). */
  function makeToken(who: Who, scopes: readonly string[]): string {
    const now = Math.floor(Date.now() / 1000);
    const access = scopes.flatMap((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      const wanted = actions.split(',');
      const given =
        who === 'user' ? wanted : wanted.filter((action) => action === 'pull' && name.startsWith('public/'));
      return given.length === 0 ? [] : [{ type, name, actions: given }];
    });
    const certificate = new X509Certificate(readFileSync(pair.certificate));
    const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.raw.toString('base64')] };
    const claims = {
      iss: self.issuer,
      aud: self.service,
      sub: who === 'user' ? tokenUser : '',
      iat: now,
      nbf: now - 10,
      exp: now + self.lifetimeSeconds,
      jti: createHash('sha256').update(randomUUID()).digest('hex'),
      access,
    };
    const signed = [header, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const key = createPrivateKey(readFileSync(pair.key));
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }

  return self;
}
