import { GantryError } from '../../../base/gantry-error.ts';

/**
 * The bytes behind an `http` or `https` URL, redirects followed. Credentials in it are sent and never shown. Rejects
 * `invalid` / `bad-url`, `unavailable` / `download-failed`.
 */
export async function archiveFromUrl(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const parsed = URL.parse(url);
  if (parsed === null)
    throw new GantryError({ kind: 'invalid', code: 'bad-url', message: `not a URL: ${url}` });
  const shown = withoutCredentials(parsed);
  const { username, password } = parsed;
  const authorization = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers: Record<string, string> =
    username === '' ? {} : { authorization: `Basic ${authorization.toString('base64')}` };
  const response = await fetch(shown, { headers, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw failed(
      shown,
      error instanceof Error && error.cause instanceof Error ? error.cause.message : `${error}`,
    );
  });
  if (response.ok && response.body !== null) return response.body;
  await response.body?.cancel();
  throw failed(shown, `${response.status} ${response.statusText}`.trim());
}

/** For messages and the image's history. */
export function withoutCredentials(url: URL): string {
  const clean = new URL(url);
  clean.username = '';
  clean.password = '';
  return clean.href;
}

function failed(url: string, why: string): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'download-failed',
    message: `cannot download ${url}: ${why}`,
    hint: 'Check the address, or download it by other means and pipe it in: gantry import - NAME',
  });
}
