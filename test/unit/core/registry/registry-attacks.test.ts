import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import type { Credentials } from '../../../../src/core/registry/credentials.ts';
import type { RepositoryClient } from '../../../../src/core/registry/registry-client.ts';
import { defaultSettings } from '../../../../src/core/registry/registry-settings.ts';
import { mediaTypes } from '../../../../src/oci/media-types.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';
import { type Handler, scriptedServer } from '../../../support/scripted-server.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const signal = new AbortController().signal;
const secret: Credentials = { kind: 'password', username: 'me', password: 'hush' };
const encoded = Buffer.from('me:hush').toString('base64');
const blob = { mediaType: 'x', digest: sha256('{}'), size: 2 };

interface Stranger {
  readonly host: string;
  readonly seen: IncomingMessage[];
}

/** A host that nobody gave credentials for, and all it was told. */
async function stranger(answer: Handler = (_, response) => void response.end('{}')): Promise<Stranger> {
  const seen: IncomingMessage[] = [];
  const host = await scriptedServer((request, response) => {
    seen.push(request);
    request.resume();
    answer(request, response);
  });
  return { host, seen };
}

/** Whatever a stranger was told, in one text. */
function told({ seen }: Stranger): string {
  return seen.map(({ url, rawHeaders }) => `${url} ${rawHeaders.join(' ')}`).join('\n');
}

interface ClientOptions {
  readonly find?: Credentials | undefined;
  readonly access?: 'pull' | 'push';
  readonly env?: Readonly<Record<string, string>>;
  readonly idleTimeoutMs?: number;
  readonly onWarning?: (text: string) => void;
}

function client(domain: string, options: ClientOptions = {}): RepositoryClient {
  const { find = secret, access = 'pull', env = {}, idleTimeoutMs = 5000, onWarning } = options;
  const settings = { ...defaultSettings, idleTimeoutMs };
  const registry = createRegistryClient(env, {
    settings,
    certificateFolders: [],
    find: async (server) => (server.domain === domain ? find : undefined),
  });
  onTestFinished(() => registry[Symbol.dispose]());
  return registry.repository(domain, 'web', access, onWarning);
}

/** A registry that wants Basic, and answers the rest as `then` says. */
const closed =
  (then: Handler): Handler =>
  (request, response) => {
    if (request.headers.authorization === `Basic ${encoded}`) return then(request, response);
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
  };
const bearer =
  (realm: string): Handler =>
  (_, response) =>
    void response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` }).end();

describe('credentials', () => {
  it.each([301, 302, 303, 307, 308])('stay when a read is redirected elsewhere by %d', async (status) => {
    const other = await stranger();
    const domain = await scriptedServer(
      closed(
        (_, response) => void response.writeHead(status, { Location: `http://${other.host}/b?x=1` }).end(),
      ),
    );
    expect(await text((await client(domain).fetchBlob(blob, { start: 0 }, signal)).chunks)).toBe('{}');
    expect(other.seen).toHaveLength(1);
    expect(told(other)).not.toMatch(/authorization|hush|bWU6/i);
  });

  it('do not come back when the redirect leads elsewhere and back again', async () => {
    let authorization: string | undefined = 'never asked';
    const other = await stranger(
      (_, response) => void response.writeHead(307, { Location: `http://${domain}/back` }).end(),
    );
    const domain: string = await scriptedServer((request, response) => {
      if (request.url === '/back') {
        authorization = request.headers.authorization;
        response.end('{}');
      } else {
        closed((_, answer) => void answer.writeHead(307, { Location: `http://${other.host}/` }).end())(
          request,
          response,
        );
      }
    });
    await text((await client(domain).fetchBlob(blob, { start: 0 }, signal)).chunks);
    expect(authorization).toBeUndefined();
  });

  it('stay when an upload is sent elsewhere', async () => {
    const other = await stranger((request, response) => {
      const headers = { Location: `http://${other.host}/next` };
      response.writeHead(request.method === 'PATCH' ? 202 : 201, headers).end();
    });
    const domain = await scriptedServer(
      closed((request, response) => {
        if (request.method === 'HEAD') response.writeHead(404).end();
        else if (request.method === 'POST')
          response.writeHead(202, { Location: `http://${other.host}/upload` }).end();
        else response.end('{}');
      }),
    );
    const open = () => Readable.from([Buffer.from('{}')]);
    await client(domain, { access: 'push' }).pushBlob(blob, { signal, open });
    expect(other.seen.length).toBeGreaterThan(0);
    expect(told(other)).not.toMatch(/authorization|hush|bWU6/i);
  });

  it('are not asked for by whom an upload was sent to', async () => {
    const other = await stranger(bearer('http://127.0.0.1:1/token'));
    const domain = await scriptedServer(
      closed((request, response) => {
        if (request.method === 'HEAD') response.writeHead(404).end();
        else response.writeHead(202, { Location: `http://${other.host}/upload` }).end();
      }),
    );
    const open = () => Readable.from([Buffer.from('{}')]);
    const pushed = client(domain, { access: 'push' }).pushBlob(blob, { signal, open });
    await expect(pushed).rejects.toMatchObject({ kind: 'denied' });
    expect(told(other)).not.toMatch(/authorization|hush|bWU6/i);
  });

  it.each([
    ['http://tokens.evil.example/token', 'plain HTTP elsewhere'],
    ['http://192.0.2.1/token', 'plain HTTP at an address'],
    ['ftp://127.0.0.1/token', 'another protocol'],
    ['file:///etc/passwd', 'a file'],
    ['http://me:hush@127.0.0.1/token', 'a name of its own'],
    ['', 'nothing'],
    ['/token', 'a path'],
  ])('do not go to the token server %s (%s)', async (realm) => {
    const domain = await scriptedServer(bearer(realm));
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      kind: 'denied',
      code: 'bad-auth-realm',
    });
  });

  it('stay when the token server sends us on', async () => {
    const other = await stranger((_, response) => void response.end('{"token":"T"}'));
    const tokens = await scriptedServer(
      (_, response) => void response.writeHead(307, { Location: `http://${other.host}/` }).end(),
    );
    const domain = await scriptedServer((request, response) => {
      if (request.headers.authorization === 'Bearer T') response.end('{}');
      else bearer(`http://${tokens}/token`)(request, response);
    });
    await text((await client(domain).fetchBlob(blob, { start: 0 }, signal)).chunks);
    expect(other.seen).toHaveLength(1);
    expect(told(other)).not.toMatch(/authorization|hush|bWU6/i);
  });

  it('are not posted to whom the token server sends us on', async () => {
    const other = await stranger();
    const tokens = await scriptedServer(
      (_, response) => void response.writeHead(307, { Location: `http://${other.host}/` }).end(),
    );
    const domain = await scriptedServer(bearer(`http://${tokens}/token`));
    const find: Credentials = { kind: 'identity-token', token: 'hush' };
    await expect(client(domain, { find }).fetchManifest('1', signal)).rejects.toThrow('answered 307');
    expect(other.seen).toEqual([]);
  });

  it('are not made up of what a redirect or an upload address brings along', async () => {
    const other = await stranger((request, response) => {
      response.writeHead(request.method === 'GET' ? 200 : 201).end('{}');
    });
    const elsewhere = `http://them:theirs@${other.host}/x`;
    const domain = await scriptedServer(
      closed((request, response) => {
        if (request.method === 'HEAD') response.writeHead(404).end();
        else response.writeHead(request.method === 'GET' ? 307 : 202, { Location: elsewhere }).end();
      }),
    );
    const repository = client(domain, { access: 'push' });
    await text((await repository.fetchBlob(blob, { start: 0 }, signal)).chunks);
    await repository.pushBlob(blob, { signal, open: () => Readable.from([Buffer.from('{}')]) });
    expect(other.seen.map(({ method }) => method)).toEqual(['GET', 'PUT']);
    expect(told(other)).not.toMatch(/authorization/i);
  });

  it('of one registry are not shown to another that asks', async () => {
    const one = await stranger(bearer(`http://127.0.0.1:1/token`));
    const registry = createRegistryClient(
      {},
      { find: async (server) => (server.domain === 'other.example' ? secret : undefined) },
    );
    onTestFinished(() => registry[Symbol.dispose]());
    await registry
      .repository(one.host, 'other.example/web', 'pull')
      .fetchManifest('1', signal)
      .catch(() => undefined);
    expect(told(one)).not.toMatch(/authorization/i);
  });

  it('are not sent to the addresses a layer names for itself', async () => {
    const other = await stranger();
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.dockerManifest,
      config: { mediaType: mediaTypes.dockerConfig, digest: sha256('{}'), size: 2 },
      layers: [
        {
          mediaType: mediaTypes.dockerForeignLayerGzip,
          digest: sha256('x'),
          size: 1,
          urls: [`http://${other.host}/`],
        },
      ],
    });
    const domain = await scriptedServer(
      closed((request, response) => {
        if (request.url?.includes('/manifests/') === true) {
          response.writeHead(200, { 'Content-Type': mediaTypes.dockerManifest }).end(manifest);
        } else response.writeHead(404).end();
      }),
    );
    const repository = client(domain);
    await repository.fetchManifest('1', signal);
    const layer = { mediaType: mediaTypes.dockerForeignLayerGzip, digest: sha256('x'), size: 1 };
    await expect(repository.fetchBlob(layer, { start: 0 }, signal)).rejects.toMatchObject({
      kind: 'not-found',
    });
    expect(other.seen).toEqual([]);
  });

  it('are not in what is said when something fails', async () => {
    const tokens = await scriptedServer((_, response) => void response.writeHead(401).end('{}'));
    const domain = await scriptedServer(bearer(`http://${tokens}/token`));
    const error = await client(domain)
      .fetchManifest('1', signal)
      .catch((thrown: Error) => thrown);
    expect(JSON.stringify([String(error), error])).not.toMatch(/hush|bWU6/);
  });
});

describe('a blob that a neighbour has', () => {
  it('is sent where a token for the neighbour is refused', async () => {
    const asked: string[] = [];
    const domain: string = await scriptedServer((request, response) => {
      request.resume();
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname === '/token') {
        const scopes = url.searchParams.getAll('scope').join(' ');
        if (scopes.includes('neighbour')) response.writeHead(403).end('{}');
        else response.end('{"token":"T"}');
      } else if (request.headers.authorization !== 'Bearer T')
        bearer(`http://${domain}/token`)(request, response);
      else {
        asked.push(`${request.method} ${url.pathname}`);
        if (request.method === 'HEAD') response.writeHead(404).end();
        else if (request.method === 'POST') response.writeHead(202, { Location: '/upload' }).end();
        else request.on('end', () => response.writeHead(201).end());
      }
    });
    const open = () => Readable.from([Buffer.from('{}')]);
    const pushed = client(domain, { access: 'push' }).pushBlob(blob, {
      signal,
      open,
      mountFrom: ['neighbour'],
    });
    expect(await pushed).toBe('pushed');
    expect(asked.at(-1)).toBe('PUT /upload');
  });
});

describe('HttpHeaders of config.json', () => {
  it('are those Docker sends, to the registry and nobody else', async () => {
    using folder = tempFolder();
    mkdirSync(folder.at('d'));
    const HttpHeaders = {
      'X-Meta-Team': 'blue',
      Authorization: 'Bearer mine',
      'X-Other': 'no',
      'X-Meta-Bad': 'a\r\nb: c',
    };
    writeFileSync(folder.at('d/config.json'), JSON.stringify({ HttpHeaders }));
    const other = await stranger();
    const seen: string[] = [];
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      seen.push(request.rawHeaders.join(' '));
      response.writeHead(307, { Location: `http://${other.host}/` }).end();
    });
    const repository = client(domain, { env: { DOCKER_CONFIG: folder.at('d') } });
    await text((await repository.fetchBlob(blob, { start: 0 }, signal)).chunks);
    expect(seen[0]).toContain('X-Meta-Team blue');
    expect(seen[0]).not.toMatch(/Bearer mine|X-Other|X-Meta-Bad/);
    expect(told(other)).not.toContain('blue');
  });
});

describe('a registry that means no good', () => {
  it('does not send us in circles for ever', async () => {
    let asked = 0;
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      asked += 1;
      response.writeHead(307, { Location: `/v2/again-${asked}` }).end();
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      code: 'too-many-redirects',
    });
    expect(asked).toBe(6);
  });

  it.each(['file:///etc/passwd', 'gopher://x/', 'http://', '//', 'javascript:1'])(
    'does not send us to %s',
    async (location) => {
      const domain = await scriptedServer((request, response) => {
        if (request.url === '/v2/') return void response.end();
        response.writeHead(307, { Location: location }).end();
      });
      await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({ kind: 'network' });
    },
  );

  it.each(['a\r\nX-Evil: 1', 'tok en', '', 7, null])('does not make us send the token %j', async (token) => {
    const domain: string = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) response.end(JSON.stringify({ token }));
      else bearer(`http://${domain}/token`)(request, response);
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({ code: 'bad-token' });
  });

  it('does not keep us waiting for its first byte', async () => {
    let asked = 0;
    const domain = await scriptedServer(() => {
      asked += 1;
    });
    const waiting = client(domain, { idleTimeoutMs: 200 }).fetchManifest('1', signal);
    await expect(waiting).rejects.toMatchObject({
      kind: 'timeout',
      message: `cannot reach registry ${domain}: no answer in time (i/o timeout)`,
    });
    expect(asked).toBe(2);
  });

  it('does not keep us waiting in the middle of an answer', async () => {
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      response.writeHead(200, { 'Content-Length': '2' }).write('{');
    });
    const { chunks } = await client(domain, { idleTimeoutMs: 200 }).fetchBlob(blob, { start: 0 }, signal);
    await expect(text(chunks)).rejects.toThrow();
  });

  it('gives no headers without end', async () => {
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      response.writeHead(200, { 'X-Long': 'x'.repeat(100_000) }).end('{}');
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toThrow(
      'headers of its answer are too long',
    );
  });

  it('gives no token without end', async () => {
    const tokens = await scriptedServer((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      response.write('{"token":"');
      more();
    });
    const domain = await scriptedServer(bearer(`http://${tokens}/token`));
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      code: 'answer-too-large',
    });
  });

  it('does not lead us through lists that never end', async () => {
    let pages = 0;
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      pages += 1;
      const headers = {
        'Content-Type': mediaTypes.index,
        Link: `</v2/web/referrers/x?page=${pages}>; rel="next"`,
      };
      response.writeHead(200, headers).end(JSON.stringify({ schemaVersion: 2, manifests: [] }));
    });
    expect(await client(domain).listReferrers(blob.digest, { signal })).toEqual([]);
    expect(pages).toBe(1);
  });

  it('does not lead us through pages that say the same again, and is told of', async () => {
    const served = { tags: 0, referrers: 0 };
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      const what = request.url?.includes('/tags/') === true ? 'tags' : 'referrers';
      served[what] += 1;
      // The second page is the last with anything new.
      const number = Math.min(served[what], 2);
      const entry = { mediaType: mediaTypes.manifest, digest: sha256(`${number}`), size: 1 };
      const body =
        what === 'tags'
          ? { tags: ['same', `t${number}`] }
          : { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [entry] };
      const path = what === 'tags' ? 'tags/list' : 'referrers/x';
      const headers = {
        'Content-Type': mediaTypes.index,
        Link: `</v2/web/${path}?page=${served[what]}>; rel="next"`,
      };
      response.writeHead(200, headers).end(JSON.stringify(body));
    });
    const registry = createRegistryClient({});
    onTestFinished(() => registry[Symbol.dispose]());
    const warnings: string[] = [];
    const repository = registry.repository(domain, 'web', 'pull', (text) => warnings.push(text));
    expect(await repository.listTags(signal)).toEqual(['same', 't1', 't2']);
    expect(await repository.listReferrers(blob.digest, { signal })).toHaveLength(2);
    expect(served).toEqual({ tags: 3, referrers: 3 });
    expect(warnings).toEqual([
      `the registry's list of the tags of ${domain}/web does not come to an end: the first 3 are taken`,
      `the registry's list of the referrers of ${blob.digest} does not come to an end: the first 2 are taken`,
    ]);
  });

  it('does not lead us through pages with a new name among many old ones for ever', async () => {
    let pages = 0;
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      pages += 1;
      const headers = { Link: `</v2/web/tags/list?page=${pages}>; rel="next"` };
      response.writeHead(200, headers).end(JSON.stringify({ tags: ['same', `t${pages}`] }));
    });
    expect(await client(domain).listTags(signal)).toHaveLength(1001);
    expect(pages).toBe(1000);
  });

  it.each(['manifest', 'blob'])('is found out when it takes in another %s than was sent', async (what) => {
    const headers = { 'Docker-Content-Digest': sha256('another') };
    const domain = await scriptedServer((request, response) => {
      request.resume();
      const isDone = request.method === 'PUT';
      if (request.method === 'HEAD') response.writeHead(404).end();
      else if (request.method === 'POST') response.writeHead(202, { Location: '/upload' }).end();
      else request.on('end', () => response.writeHead(isDone ? 201 : 200, isDone ? headers : {}).end());
    });
    const repository = client(domain, { access: 'push' });
    const pushed =
      what === 'manifest'
        ? repository.pushManifest('1', mediaTypes.manifest, Buffer.from('{}'), signal)
        : repository.pushBlob(blob, { signal, open: () => Readable.from([Buffer.from('{}')]) });
    await expect(pushed).rejects.toMatchObject({ kind: 'corrupt', code: 'pushed-digest-mismatch' });
  });

  it('is not asked again and again for what it refuses', async () => {
    let asked = 0;
    const domain = await scriptedServer((_, response) => {
      asked += 1;
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({ kind: 'denied' });
    expect(asked).toBeLessThanOrEqual(3);
  });
});

describe('what a registry says', () => {
  const v2 =
    (then: Handler): Handler =>
    (request, response) =>
      request.url === '/v2/' ? void response.end() : then(request, response);

  it.each([
    [{ 'Retry-After': '3600' }, 'Try again in 3600 seconds'],
    [{ 'Retry-After': new Date(Date.now() + 7_200_000).toUTCString() }, 'Try again in 7'],
  ])('about a limit is told with when to come back: %j', async (headers, hint) => {
    const errors = [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }];
    const domain = await scriptedServer(
      v2((_, response) => void response.writeHead(429, headers).end(JSON.stringify({ errors }))),
    );
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      code: 'registry-rate-limit',
      message: 'toomanyrequests: You have reached your pull rate limit.',
      hint: expect.stringContaining(hint),
    });
  });

  it('in warnings is told once', async () => {
    const warnings: string[] = [];
    const domain = await scriptedServer(
      v2(
        (_, response) => void response.writeHead(200, { Warning: '299 - "it moves"' }).end('{"tags":["1"]}'),
      ),
    );
    const repository = client(domain, { onWarning: (line) => warnings.push(line) });
    await repository.listTags(signal);
    await repository.listTags(signal);
    expect(warnings).toEqual([`${domain}: it moves`]);
  });

  it('comes over one connection for requests that follow each other', async () => {
    const sockets = new Set<unknown>();
    const domain = await scriptedServer((request, response) => {
      sockets.add(request.socket);
      response.end('{"tags":["1"]}');
    });
    const repository = client(domain);
    for (let time = 0; time < 5; time += 1) await repository.listTags(signal);
    expect(sockets.size).toBe(1);
  });

  it.each([
    [
      { schemaVersion: 1, fsLayers: [] },
      mediaTypes.dockerSchema1Signed,
      'old schema 1 form, which is no longer read',
    ],
    [{ schemaVersion: 2, layers: [], manifests: [] }, mediaTypes.manifest, 'manifest and index at once'],
    [{ schemaVersion: 2, mediaType: mediaTypes.index }, mediaTypes.manifest, 'but came as'],
  ])('is refused where it is no image we read: %j', async (manifest, type, message) => {
    const domain = await scriptedServer(
      v2(
        (_, response) => void response.writeHead(200, { 'Content-Type': type }).end(JSON.stringify(manifest)),
      ),
    );
    await expect(client(domain).fetchManifest('1', signal)).rejects.toThrow(message);
  });
});

describe('a token', () => {
  it('is asked for again where its server fails for a moment', async () => {
    let asked = 0;
    const domain: string = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        asked += 1;
        if (asked < 3) response.writeHead(503).end();
        else response.end('{"token":"T"}');
      } else if (request.headers.authorization === undefined)
        bearer(`http://${domain}/token`)(request, response);
      else response.end('{"tags":["1"]}');
    });
    expect(await client(domain).listTags(signal)).toEqual(['1']);
    expect(asked).toBe(3);
  });

  it('is asked for anew once it is too old, without a refusal in between', async () => {
    let tokens = 0;
    let refusals = 0;
    const domain: string = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        tokens += 1;
        response.end(JSON.stringify({ token: `T${tokens}`, expires_in: 60 }));
      } else if (request.headers.authorization === undefined) {
        refusals += 1;
        bearer(`http://${domain}/token`)(request, response);
      } else response.end('{"tags":[]}');
    });
    const repository = client(domain);
    await repository.listTags(signal);
    const { now } = Date;
    onTestFinished(() => {
      Date.now = now;
    });
    Date.now = () => now() + 55_000;
    await repository.listTags(signal);
    expect([tokens, refusals]).toEqual([2, 1]);
  });

  it('is shared by requests that start at once, also when the first of them gives up', async () => {
    let tokens = 0;
    const gate = Promise.withResolvers<void>();
    const domain: string = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        tokens += 1;
        void gate.promise.then(() => response.end('{"token":"T"}'));
      } else if (request.headers.authorization === 'Bearer T') response.end('{"tags":["1"]}');
      else bearer(`http://${domain}/token`)(request, response);
    });
    const repository = client(domain);
    const first = new AbortController();
    const given = repository.listTags(first.signal);
    const others = [1, 2, 3].map(() => repository.listTags(signal));
    given.catch(() => undefined);
    await expect.poll(() => tokens).toBe(1);
    first.abort();
    gate.resolve();
    await expect(given).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await Promise.all(others)).toEqual([['1'], ['1'], ['1']]);
    expect(tokens).toBeLessThanOrEqual(2);
  });
});
