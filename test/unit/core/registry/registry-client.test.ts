import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import type { Credentials } from '../../../../src/core/registry/credentials.ts';
import type { RepositoryClient } from '../../../../src/core/registry/registry-client.ts';
import { mediaTypes } from '../../../../src/oci/media-types.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';
import { type Handler, scriptedServer } from '../../../support/scripted-server.ts';

const signal = new AbortController().signal;
const config = sha256('{}');
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config, size: 2 },
    layers: [],
  }),
);

function client(
  domain: string,
  credentials?: Credentials,
  access: 'pull' | 'push' = 'pull',
): RepositoryClient {
  const registry = createRegistryClient({}, { find: async () => credentials });
  onTestFinished(() => registry[Symbol.dispose]());
  return registry.repository(domain, 'web', access);
}

const giveManifest: Handler = (_, response) =>
  void response.writeHead(200, { 'Content-Type': mediaTypes.manifest }).end(manifest);

describe('the registry client', () => {
  it('gets one token for many requests that start at once, with the credentials it has', async () => {
    let tokens = 0;
    const seen: (string | undefined)[] = [];
    const domain = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        tokens += 1;
        seen.push(request.headers.authorization, request.url);
        response.end(JSON.stringify({ token: 'T' }));
      } else if (request.url === '/v2/' || request.headers.authorization !== 'Bearer T') {
        const realm = `http://${request.headers.host}/token`;
        response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` }).end();
      } else giveManifest(request, response);
    });
    const repository = client(domain, { kind: 'password', username: 'u', password: 'p' });
    const all = await Promise.all([1, 2, 3].map(() => repository.fetchManifest('1', signal)));
    expect(all.map(({ descriptor }) => descriptor.digest)).toEqual(Array(3).fill(sha256(manifest)));
    expect(tokens).toBe(1);
    expect(seen).toEqual([
      `Basic ${Buffer.from('u:p').toString('base64')}`,
      '/token?service=s&scope=repository%3Aweb%3Apull&account=u',
    ]);
  });

  it('gives no credentials to a token server that a host it is redirected to names', async () => {
    let asked = 0;
    const other = await scriptedServer((request, response) => {
      if (request.url?.startsWith('/token') === true) {
        asked += 1;
        response.end(JSON.stringify({ token: 'T' }));
      } else {
        const realm = `http://${request.headers.host}/token`;
        response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` }).end();
      }
    });
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') response.end('{}');
      else response.writeHead(307, { Location: `http://${other}/manifest` }).end();
    });
    const repository = client(domain, { kind: 'password', username: 'u', password: 'p' });
    await expect(repository.fetchManifest('1', signal)).rejects.toMatchObject({ kind: 'denied' });
    expect(asked).toBe(0);
  });

  it('does not take credentials to another host when it is redirected', async () => {
    let leaked: string | undefined = 'never asked';
    const other = await scriptedServer((request, response) => {
      leaked = request.headers.authorization;
      response.end('{}');
    });
    const domain = await scriptedServer((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end();
      } else response.writeHead(307, { Location: `http://${other}/blob` }).end();
    });
    const repository = client(domain, { kind: 'password', username: 'u', password: 'p' });
    const blob = await repository.fetchBlob(
      { mediaType: 'x', digest: config, size: 2 },
      { start: 0 },
      signal,
    );
    expect(await text(blob.chunks)).toBe('{}');
    expect(leaked).toBeUndefined();
  });

  it('tries again after a passing fault and gives up after a few', async () => {
    let requests = 0;
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      requests += 1;
      if (requests < 3) return void response.writeHead(503).end();
      giveManifest(request, response);
    });
    await client(domain).fetchManifest('1', signal);
    expect(requests).toBe(3);
  });

  it('refuses a manifest that does not match the digest it was asked by', async () => {
    const domain = await scriptedServer(giveManifest);
    const asked = sha256('other');
    await expect(client(domain).fetchManifest(asked, signal)).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'manifest-digest-mismatch',
    });
  });

  it('says where nothing listens, without waiting', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(client(`127.0.0.1:${port}`).fetchManifest('1', signal)).rejects.toMatchObject({
      kind: 'network',
      message: `cannot reach registry 127.0.0.1:${port}: connection refused`,
    });
  });

  it('tells a refused pull in the words scripts know', async () => {
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      response
        .writeHead(403)
        .end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'no\u001b[31m way' }] }));
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toThrow(
      `pull access denied for ${domain}/web, repository does not exist or may require 'docker login': no way`,
    );
  });

  it('does not swallow an endless answer', async () => {
    const domain = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      response.writeHead(200, { 'Content-Type': mediaTypes.manifest });
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' ')));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      code: 'answer-too-large',
    });
  });
});
