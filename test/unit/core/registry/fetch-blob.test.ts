import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import type { RepositoryClient } from '../../../../src/core/registry/registry-client.ts';
import { mediaTypes } from '../../../../src/oci/media-types.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';
import { type Handler, scriptedServer } from '../../../support/scripted-server.ts';

const signal = new AbortController().signal;
const bytes = Buffer.from('the layer');
const layer = { mediaType: mediaTypes.layerGzip, digest: sha256(bytes), size: bytes.length };

function client(domain: string): RepositoryClient {
  const registry = createRegistryClient({}, { find: async () => undefined });
  onTestFinished(() => registry[Symbol.dispose]());
  return registry.repository(domain, 'web', 'pull');
}

/** A registry of which only the answer to a blob is told. */
const registryOf = (answer: Handler): Promise<string> =>
  scriptedServer((request, response) =>
    request.url === '/v2/' ? void response.end('{}') : answer(request, response),
  );

const refusing =
  (status: number, body = ''): Handler =>
  (_, response) =>
    void response.writeHead(status).end(body);

async function fetchFrom(domain: string, urls?: readonly string[]): Promise<Buffer> {
  const descriptor =
    urls === undefined ? layer : { ...layer, mediaType: mediaTypes.layerNondistributableGzip, urls };
  return buffer((await client(domain).fetchBlob(descriptor, { start: 0 }, signal)).chunks);
}

describe('a blob that the registry does not have', () => {
  it('is told of as a blob, not as a missing manifest', async () => {
    const unknown = { errors: [{ code: 'BLOB_UNKNOWN', message: 'blob unknown to registry' }] };
    const domain = await registryOf(refusing(404, JSON.stringify(unknown)));
    await expect(fetchFrom(domain)).rejects.toMatchObject({
      kind: 'not-found',
      code: 'blob-unknown',
      message: `blob ${layer.digest} of ${domain}/web not found: blob unknown: blob unknown to registry`,
      hint: expect.stringContaining('pushed'),
    });
  });

  it('is told of so too by a registry that gives no reason', async () => {
    const domain = await registryOf(refusing(404));
    await expect(fetchFrom(domain)).rejects.toMatchObject({
      message: `blob ${layer.digest} of ${domain}/web not found: blob unknown: ${domain} does not have it`,
    });
  });

  it.each([401, 403, 404, 410])('comes from where its manifest says after a %i', async (status) => {
    const elsewhere = await scriptedServer((_, response) => void response.end(bytes));
    const domain = await registryOf(refusing(status));
    expect(await fetchFrom(domain, [`http://${elsewhere}/layer`])).toEqual(bytes);
  });

  it('comes from the next such place where one refuses, cannot be reached, or has something else', async () => {
    const good = await scriptedServer((_, response) => void response.end(bytes));
    const denying = await scriptedServer(refusing(401));
    const other = await scriptedServer((_, response) => void response.end('no layer of that size'));
    const domain = await registryOf(refusing(404));
    const urls = [denying, '127.0.0.1:1', other, good].map((host) => `http://${host}/layer`);
    expect(await fetchFrom(domain, urls)).toEqual(bytes);
  });

  it('is told with every place that was asked where none has it', async () => {
    const denying = await scriptedServer(refusing(403));
    const domain = await registryOf(refusing(404));
    await expect(fetchFrom(domain, [`http://${denying}/layer`])).rejects.toMatchObject({
      code: 'blob-unknown',
      message: expect.stringMatching(new RegExp(`does not have it; nor does it come .*${denying}`)),
      hint: expect.stringContaining(layer.digest),
    });
  });
});
