import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../../src/core/registry/create-registry-client.ts';
import type { BlobPush } from '../../../../src/core/registry/registry-client.ts';
import { sha256 } from '../../../../src/oci/sha256.ts';

const blob = Buffer.alloc(24 * 1024 * 1024);
for (let at = 0; at < blob.length; at += 4) blob.writeUInt32LE(at, at);
const digest = sha256(blob);
const signal = new AbortController().signal;

/** A registry by the letter of the specification: what docker-registry does not do of it must be tried elsewhere. */
class LetterOfTheSpec {
  readonly log: string[] = [];
  readonly pieces: Buffer[] = [];
  committed: string | undefined;
  leastChunk: number | undefined;
  /** What it answers a part with. */
  taken = 202;
  /** What goes wrong with a request, once each. */
  readonly mishaps: ((request: IncomingMessage, response: ServerResponse) => boolean | undefined)[] = [];
  #step = 0;

  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '' } = request;
    if (url === '/v2/') return void response.end('{}');
    this.log.push(
      `${method} ${request.headers['content-range'] ?? request.headers['content-length'] ?? ''}`.trim(),
    );
    if (this.mishaps[0]?.(request, response) === true) return void this.mishaps.shift();
    if (method === 'HEAD') return void response.writeHead(this.committed === undefined ? 404 : 200).end();
    if (method !== 'POST' && !url.startsWith(this.#location())) return void response.writeHead(404).end();
    const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '');
    if (range !== null && Number(range[1]) !== this.sizeBytes) {
      request.resume();
      return void response.writeHead(416).end();
    }
    if (method === 'PATCH' || method === 'PUT') {
      for await (const chunk of request) this.pieces.push(chunk as Buffer);
    }
    if (method !== 'GET') this.#step += 1;
    if (method === 'PUT') {
      const made = sha256(Buffer.concat(this.pieces));
      if (url.endsWith(encodeURIComponent(made))) this.committed = made;
      return void response.writeHead(this.committed === made ? 201 : 400).end();
    }
    const least = this.leastChunk === undefined ? {} : { 'OCI-Chunk-Min-Length': String(this.leastChunk) };
    const status = method === 'GET' ? 204 : method === 'PATCH' ? this.taken : 202;
    response.writeHead(status, { Location: this.#location(), Range: this.#range(), ...least }).end();
  };

  /** Another one after every step: who goes to an old one is lost. */
  #location(): string {
    return `/v2/web/blobs/uploads/u?signed=a~b%20c&step=${this.#step}`;
  }

  #range(): string {
    return `0-${Math.max(0, this.sizeBytes - 1)}`;
  }

  get sizeBytes(): number {
    return this.pieces.reduce((sum, { length }) => sum + length, 0);
  }

  /** Takes so much of the body of the next request of this kind, keeps it, and breaks. */
  breakAfter(wanted: string, bytes: number): void {
    this.mishaps.push((request) => {
      if (request.method !== wanted) return false;
      let left = bytes;
      request.on('data', (chunk: Buffer) => {
        this.pieces.push(chunk.subarray(0, left));
        left -= Math.min(left, chunk.length);
        if (left === 0) request.socket.destroy();
      });
      return true;
    });
  }

  refuse(wanted: string, status: number, headers: Record<string, string> = {}): void {
    this.mishaps.push((request, response) => {
      if (request.method !== wanted) return false;
      request.resume();
      request.on('end', () => response.writeHead(status, headers).end());
      return true;
    });
  }
}

let registry: LetterOfTheSpec;
beforeEach(() => {
  registry = new LetterOfTheSpec();
});

async function push(bytes = blob): Promise<BlobPush> {
  const server = createServer(
    (request, response) => void registry.handle(request, response).catch(() => undefined),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createRegistryClient({});
  onTestFinished(() => {
    client[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  const repository = client.repository(`127.0.0.1:${(server.address() as AddressInfo).port}`, 'web', 'push');
  return repository.pushBlob(
    { mediaType: 'x', digest: sha256(bytes), size: bytes.length },
    { signal, open: ({ start, end }) => Readable.from([bytes.subarray(start, end)]) },
  );
}

describe('pushing a blob', () => {
  it('sends it as one stream and closes it, each time to where the last answer said', async () => {
    expect(await push()).toBe('pushed');
    expect(registry.log).toEqual(['HEAD', 'POST 0', `PATCH ${blob.length}`, 'PUT 0']);
    expect(registry.committed).toBe(digest);
  });

  it('goes on from what the registry has when the connection breaks, in chunks', async () => {
    registry.leastChunk = 18_000_000;
    registry.breakAfter('PATCH', 1_000_000);
    registry.breakAfter('PATCH', 2_000_000);
    await push();
    expect(registry.log).toEqual([
      ...['HEAD', 'POST 0', `PATCH ${blob.length}`],
      ...['HEAD', 'GET', 'PATCH 1000000-18999999'],
      ...['HEAD', 'GET', 'PATCH 3000000-20999999', 'PATCH 21000000-25165823', 'PUT 0'],
    ]);
    expect(registry.committed).toBe(digest);
  });

  it('asks where it is when it is out of step', async () => {
    registry.breakAfter('PATCH', 5_000_000);
    registry.refuse('PATCH', 416);
    await push();
    expect(registry.log.filter((line) => line === 'GET')).toHaveLength(2);
    expect(registry.committed).toBe(digest);
  });

  it('sends smaller pieces where it is too much at once, and waits where it is asked to', async () => {
    registry.refuse('PATCH', 413);
    registry.refuse('PATCH', 429, { 'Retry-After': '1' });
    const begun = performance.now();
    await push();
    expect(performance.now() - begun).toBeGreaterThan(950);
    expect(registry.log.filter((line) => /^PATCH \d+-\d+$/.test(line)).length).toBeGreaterThan(1);
    expect(registry.committed).toBe(digest);
  });

  it('begins anew where the upload is forgotten, and gives up after some tries', async () => {
    registry.refuse('PATCH', 500);
    registry.refuse('GET', 404);
    await push();
    expect(registry.log.filter((line) => line === 'POST 0')).toHaveLength(2);
    expect(registry.committed).toBe(digest);
    registry = new LetterOfTheSpec();
    for (let count = 0; count < 10; count += 1) registry.refuse('PATCH', 500);
    await expect(push()).rejects.toMatchObject({ kind: 'network', code: 'registry-refused' });
    expect(registry.log.filter((line) => line.startsWith('PATCH')).length).toBeLessThan(6);
  });

  it('begins anew where the registry says it has more than there is', async () => {
    registry.refuse('PATCH', 500);
    registry.refuse('GET', 204, { Location: '/v2/web/blobs/uploads/u', Range: `0-${blob.length}` });
    await push();
    expect(registry.log.filter((line) => line === 'POST 0')).toHaveLength(2);
    expect(registry.committed).toBe(digest);
  });

  it('sees that it arrived although the answer was lost', async () => {
    registry.mishaps.push((request) => {
      if (request.method !== 'PUT') return false;
      registry.committed = digest;
      request.socket.destroy();
      return true;
    });
    await push();
    expect(registry.log.slice(-2)).toEqual(['PUT 0', 'HEAD']);
  });

  it.each([200, 201, 204])('goes on where a registry says %d of a part that it took', async (status) => {
    registry.taken = status;
    expect(await push()).toBe('pushed');
    expect(registry.committed).toBe(digest);
  });

  it('sends a small one by a single request, and none that is there', async () => {
    const small = Buffer.from('small');
    expect(await push(small)).toBe('pushed');
    expect(registry.log).toEqual(['HEAD', 'POST 0', 'PUT 5']);
    expect(registry.committed).toBe(sha256(small));
    expect(await push(small)).toBe('exists');
  });
});
