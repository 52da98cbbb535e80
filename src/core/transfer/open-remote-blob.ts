import { PassThrough, type Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { sha256Digester } from '../../oci/sha256.ts';
import type { BlobRange, RepositoryClient } from '../registry/registry-client.ts';
import { fetchClaim } from './fetch-claim.ts';

const bufferBytes = 1024 * 1024;

/**
 * Bytes of a blob from a registry as a stream, over as many connections as it takes. Of a whole blob the digest is
 * checked before the stream ends; of a part it is left to whoever has the rest.
 */
export function openRemoteBlob(
  repository: RepositoryClient,
  descriptor: Descriptor,
  { start, end = descriptor.size }: BlobRange,
  signal: AbortSignal,
): Readable {
  const out = new PassThrough({ highWaterMark: bufferBytes });
  const stop = new AbortController();
  out.once('close', () => stop.abort());
  const isWhole = start === 0 && end === descriptor.size && descriptor.digest.startsWith('sha256:');
  const digester = isWhole ? sha256Digester() : undefined;
  const claim = { at: start, end };
  const source = {
    descriptor,
    repository,
    signal: AbortSignal.any([signal, stop.signal]),
    onRetry: () => undefined,
    async onBytes(_: number, chunk: Uint8Array) {
      digester?.update(chunk);
      if (out.write(chunk)) return;
      await new Promise<void>((resolve) => out.once('drain', resolve).once('close', resolve));
    },
  };
  fetchClaim(source, claim, false).then(
    () => {
      const came = digester?.digest() ?? descriptor.digest;
      if (came === descriptor.digest) out.end();
      else out.destroy(mismatch(descriptor, came));
    },
    (error: unknown) => out.destroy(GantryError.from(error)),
  );
  return out;
}

function mismatch({ digest }: Descriptor, came: string): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'digest-mismatch',
    message: `content ${digest} came as ${came}`,
    hint: 'The registry it is copied from, or something on the way, altered it.',
  });
}
