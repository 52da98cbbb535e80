import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import type { RepositoryClient } from '../../../../src/core/registry/registry-client.ts';
import { defaultSettings } from '../../../../src/core/registry/registry-settings.ts';
import { mediaTypes } from '../../../../src/oci/media-types.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';
import { type Handler, scriptedServer } from '../../../support/scripted-server.ts';
import { until } from '../../../support/until.ts';

const signal = new AbortController().signal;
const blob = { mediaType: 'x', digest: sha256('{}'), size: 1_000_000 };
/** 51 bytes must come in it. */
const timeoutMs = 200;

function client(domain: string): RepositoryClient {
  const registry = createRegistryClient(
    {},
    { settings: { ...defaultSettings, idleTimeoutMs: timeoutMs }, certificateFolders: [] },
  );
  onTestFinished(() => registry[Symbol.dispose]());
  return registry.repository(domain, 'web', 'pull');
}

/** A byte now and then: never silent for long, and never done. */
function drip(write: (byte: string) => void, response: ServerResponse): void {
  const timer = setInterval(() => write('x'), timeoutMs / 10);
  response.on('error', () => undefined);
  response.socket?.once('close', () => clearInterval(timer));
}

const dripBody =
  (type = 'text/plain'): Handler =>
  (_, response) => {
    response.writeHead(200, { 'Content-Type': type });
    drip((byte) => response.write(byte), response);
  };
const dripHeaders: Handler = ({ socket }, response) => {
  socket.write('HTTP/1.1 200 OK\r\nX-Long: ');
  drip((byte) => socket.write(byte), response);
};
const afterPing =
  (then: Handler): Handler =>
  (request, response) =>
    request.url === '/v2/' ? void response.end() : then(request, response);

describe('a registry that lets bytes drip', () => {
  it.each<[part: string, handler: Handler]>([
    ['headers of its first answer', dripHeaders],
    ['headers of a manifest', afterPing(dripHeaders)],
    ['a manifest', afterPing(dripBody(mediaTypes.manifest))],
    [
      'a refusal',
      afterPing((request, response) => {
        response.statusCode = 400;
        dripBody()(request, response);
      }),
    ],
  ])('does not hold us with %s', async (_, handler) => {
    const domain = await scriptedServer(handler);
    await expect(client(domain).fetchManifest('1', signal)).rejects.toThrow(`registry ${domain}`);
  });

  it('does not hold us with a token', async () => {
    const tokens = await scriptedServer(dripBody('application/json'));
    const domain = await scriptedServer((_, response) => {
      const challenge = `Bearer realm="http://${tokens}/token",service="s"`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
    });
    await expect(client(domain).fetchManifest('1', signal)).rejects.toMatchObject({
      kind: 'timeout',
      code: 'answer-too-slow',
    });
  });

  it('does not hold us with a blob', async () => {
    const domain = await scriptedServer(afterPing(dripBody()));
    const { chunks } = await client(domain).fetchBlob(blob, { start: 0 }, signal);
    const reading = (async () => {
      for await (const _ of chunks);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'timeout', code: 'answer-too-slow' });
  });

  it('is not waited for when nobody wants the rest of an answer', async () => {
    let isClosed = false;
    const domain = await scriptedServer(
      afterPing((request, response) => {
        if (request.url?.includes('/referrers/') !== true) return void response.writeHead(404).end();
        response.writeHead(404);
        response.socket?.once('close', () => {
          isClosed = true;
        });
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      }),
    );
    expect(await client(domain).listReferrers(blob.digest, { signal })).toEqual([]);
    await until(() => isClosed);
  });
});

describe('a registry on a slow link', () => {
  it('is given the time it takes', async () => {
    const piece = Buffer.alloc(50);
    const domain = await scriptedServer(
      afterPing((_, response) => {
        response.writeHead(200);
        let left = 40;
        const timer = setInterval(() => {
          left -= 1;
          response.write(piece);
          if (left === 0) response.end();
          if (left === 0 || response.destroyed) clearInterval(timer);
        }, timeoutMs / 10);
      }),
    );
    const { chunks } = await client(domain).fetchBlob(blob, { start: 0 }, signal);
    let size = 0;
    for await (const chunk of chunks) size += chunk.length;
    expect(size).toBe(40 * piece.length);
  });
});
