import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import { mediaTypes } from '../../../../src/oci/media-types.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';

const signal = new AbortController().signal;
const digest = sha256('image');
const entry = (name: string, artifactType: string) => ({
  mediaType: mediaTypes.manifest,
  digest: sha256(name),
  size: 1,
  artifactType,
});
const indexOf = (...manifests: readonly object[]): string =>
  JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });

async function ask(answers: Readonly<Record<string, readonly [string, Record<string, string>?]>>) {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    if (url === '/v2/') return void response.end('{}');
    asked.push(url);
    const [body, headers] = answers[url] ?? [];
    if (body === undefined) return void response.writeHead(404).end('{}');
    response.writeHead(200, { 'Content-Type': mediaTypes.index, ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const registry = createRegistryClient({});
  onTestFinished(() => {
    registry[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  const repository = registry.repository(
    `127.0.0.1:${(server.address() as AddressInfo).port}`,
    'web',
    'pull',
  );
  const found = await repository.listReferrers(digest, { artifactType: 'text/a', signal });
  return { asked, found: found.map((one) => one.digest) };
}

const list = `/v2/web/referrers/${digest}?artifactType=text%2Fa`;
const tag = `/v2/web/manifests/${digest.replace(':', '-')}`;

it('lists referrers page by page, and filters what the registry did not', async () => {
  const { asked, found } = await ask({
    [list]: [indexOf(entry('1', 'text/a'), entry('2', 'text/b')), { Link: '</v2/web/more>; rel="next"' }],
    '/v2/web/more': [indexOf(entry('3', 'text/a'))],
  });
  expect(asked).toEqual([list, '/v2/web/more']);
  expect(found).toEqual([sha256('1'), sha256('3')]);
});

it('takes the tag that stands for the list where there is none, or something else answers in its place', async () => {
  const byTag = { [tag]: [indexOf(entry('1', 'text/a'))] } as const;
  expect((await ask(byTag)).found).toEqual([sha256('1')]);
  const page = { [list]: ['<html>', { 'Content-Type': 'text/html' }], ...byTag } as const;
  expect(await ask(page)).toEqual({ asked: [list, tag], found: [sha256('1')] });
  expect((await ask({})).found).toEqual([]);
});
