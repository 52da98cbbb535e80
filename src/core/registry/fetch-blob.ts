import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { isForeignLayer } from '../../oci/foreign-layer.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';
import type { BlobRange, BlobStream } from './registry-client.ts';
import { type RequestSubject, registryError } from './registry-error.ts';
import type { SessionRequest } from './registry-session.ts';
import { steadyChunks } from './steady-chunks.ts';

export interface BlobFetchRequest {
  /** Sends with what the repository is shown; to other hosts without it. */
  readonly send: (request: Omit<SessionRequest, 'scopes'>) => Promise<HttpResponse>;
  readonly path: string;
  readonly subject: (reference?: string) => RequestSubject;
  readonly descriptor: Descriptor;
  readonly range: BlobRange;
  readonly signal: AbortSignal;
}

const mostUrls = 5;

/**
 * See `fetchBlob` of the repository client. Whatever a place answers, and though it cannot be reached, the next one is
 * asked; rejects with what the first said, the registry itself.
 */
export async function fetchBlob(request: BlobFetchRequest): Promise<BlobStream> {
  const { send, path, descriptor, range, signal } = request;
  const own = `${path}/blobs/${descriptor.digest}`;
  const fetchFrom = async (from: string): Promise<BlobStream> => {
    const headers = rangeHeader(descriptor, range);
    const response = await send({ method: 'GET', path: from, headers, signal });
    if (response.status === 200 || response.status === 206) return opened(response, descriptor, range);
    if (from !== own) throw placeRefuses(response);
    throw await registryError(response, { ...request.subject(), blob: descriptor.digest });
  };
  const refusals: GantryError[] = [];
  for (const from of [own, ...otherPlaces(descriptor)]) {
    try {
      return await fetchFrom(from);
    } catch (error) {
      if (signal.aborted || !(error instanceof GantryError)) throw error;
      refusals.push(error);
    }
  }
  const [first, ...others] = refusals;
  if (first === undefined || others.length === 0) throw first ?? new Error('no place to fetch from');
  throw nowhere(descriptor, first, others);
}

/** Only layers that may lie elsewhere are asked for elsewhere. */
function otherPlaces(descriptor: Descriptor): readonly string[] {
  const urls = isForeignLayer(descriptor) ? (descriptor.urls ?? []) : [];
  return urls.slice(0, mostUrls).filter((url) => /^https?:\/\//.test(url));
}

function placeRefuses(response: HttpResponse): GantryError {
  discardBody(response);
  const { status, url } = response;
  return new GantryError({
    kind: 'not-found',
    code: 'place-refuses',
    message: `${url.host} answered ${status}`,
    details: { status },
  });
}

function nowhere({ digest }: Descriptor, first: GantryError, others: readonly GantryError[]): GantryError {
  const { kind, code, details } = first;
  const tried = others.map(({ message }) => message).join('; ');
  return new GantryError({
    kind,
    code,
    message: `${first.message}; nor does it come from where its manifest says: ${tried}`,
    hint: `Layer ${digest} is one that registries are not meant to have: those places have to be reached.`,
    details,
    cause: first,
  });
}

function rangeHeader({ size }: Descriptor, { start, end = size }: BlobRange): Record<string, string> {
  if (end < size) return { Range: `bytes=${start}-${end - 1}` };
  return start === 0 ? {} : { Range: `bytes=${start}-` };
}

function opened(response: HttpResponse, descriptor: Descriptor, { start }: BlobRange): BlobStream {
  const told = response.status === 206 ? rangeOf(response) : wholeOf(response);
  const refuse = (error: ConstructorParameters<typeof GantryError>[0]): never => {
    response.body.destroy();
    throw new GantryError(error);
  };
  const host = response.url.host;
  if (told.sizeBytes !== undefined && told.sizeBytes !== descriptor.size) {
    refuse({
      kind: 'corrupt',
      code: 'size-mismatch',
      message: `registry ${host} has ${told.sizeBytes} bytes for ${descriptor.digest} where the manifest says ${descriptor.size}`,
      hint: 'The image is broken, or was tampered with. Push it again, or ask whoever runs the registry.',
    });
  }
  if (told.start !== 0 && told.start !== start) {
    refuse({
      kind: 'network',
      code: 'bad-range',
      message: `registry ${host} answers from byte ${told.start} where ${start} was asked for`,
    });
  }
  const { body } = response;
  return {
    offset: told.start,
    chunks: steadyChunks(response),
    isOver: () => body.complete,
    cancel: () => void body.destroy(),
  };
}

interface Told {
  readonly start: number;
  /** Of the whole blob; undefined: not told. */
  readonly sizeBytes: number | undefined;
}

function rangeOf({ headers }: HttpResponse): Told {
  const match = /^bytes (\d{1,16})-\d+\/(?:(\d{1,16})|\*)/.exec(headers['content-range'] ?? '');
  return {
    start: Number(match?.[1] ?? 0),
    sizeBytes: match?.[2] === undefined ? undefined : Number(match[2]),
  };
}

function wholeOf({ headers }: HttpResponse): Told {
  const length = headers['content-length'];
  // What was compressed on the way has another length than the blob.
  const isPlain = headers['content-encoding'] === undefined;
  return { start: 0, sizeBytes: length === undefined || !isPlain ? undefined : Number(length) };
}
