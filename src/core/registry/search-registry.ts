import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { SearchResult } from '../../engine/registries.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';
import { nextPage } from './next-page.ts';
import { readBody } from './read-body.ts';
import type { RegistryAccess } from './registry-access.ts';
import { challengesOf } from './registry-connection.ts';
import { registryError } from './registry-error.ts';
import { basicHeader } from './request-token.ts';
import { serverOf } from './server-key.ts';

export interface SearchRequest {
  readonly domain: string;
  readonly term: string;
  readonly limit: number;
  readonly signal: AbortSignal;
}

const answerLimitBytes = 8 * 1024 * 1024;
const pageSize = 1000;
const mostPages = 100;
/** Docker Hub answers searches elsewhere than pulls. */
const hubIndex = 'https://index.docker.io';

/**
 * Searches a registry: by the v1 search API where it has one (Docker Hub), else in its catalog (distribution-spec
 * 1.0, optional). Rejects `unsupported` / `search-unsupported` where it has neither.
 */
export async function searchRegistry(
  access: RegistryAccess,
  request: SearchRequest,
): Promise<readonly SearchResult[]> {
  const byIndex = await searchIndex(access, request);
  return byIndex ?? searchCatalog(access, request);
}

/** `GET /v1/search`; undefined: it has no such thing. */
async function searchIndex(
  access: RegistryAccess,
  { domain, term, limit, signal }: SearchRequest,
): Promise<readonly SearchResult[] | undefined> {
  const server = serverOf(domain);
  const isHub = server.domain === 'docker.io';
  const base = isHub ? new URL(hubIndex) : (await access.connect(domain, signal)).base;
  const url = new URL('/v1/search', base);
  url.searchParams.set('q', term);
  url.searchParams.set('n', String(limit));
  const send = (headers: Readonly<Record<string, string>>): Promise<HttpResponse> =>
    access.exchange.send({ method: 'GET', url, headers, signal });
  let response = await send({});
  if (challengesOf(response, base).some(({ scheme }) => scheme === 'basic')) {
    const found = await access.find(server, '', { signal });
    if (found?.kind === 'password') {
      discardBody(response);
      response = await send({ Authorization: basicHeader(found) });
    }
  }
  if (isHub && response.status !== 200)
    throw await registryError(response, { repository: term, access: 'pull' });
  const results =
    response.status === 200 ? parseResults(await readBody(response, answerLimitBytes)) : undefined;
  if (response.status !== 200) discardBody(response);
  return results?.slice(0, limit);
}

/** `GET /v2/_catalog`, page by page, until enough names have the term. */
async function searchCatalog(
  access: RegistryAccess,
  { domain, term, limit, signal }: SearchRequest,
): Promise<readonly SearchResult[]> {
  const session = access.session({ domain, path: '', mirrored: false });
  const found: SearchResult[] = [];
  let next: string | undefined = `_catalog?n=${pageSize}`;
  for (let page = 0; next !== undefined && page < mostPages && found.length < limit; page += 1) {
    const response: HttpResponse = await session.send({
      method: 'GET',
      path: next,
      scopes: ['registry:catalog:*'],
      signal,
    });
    if ([401, 403, 404, 405].includes(response.status)) {
      discardBody(response);
      throw cannotSearch(domain, response.status);
    }
    if (response.status !== 200) throw await registryError(response, { repository: domain, access: 'pull' });
    const names = parseCatalog(await readBody(response, answerLimitBytes));
    for (const name of names.filter((text) => text.includes(term)))
      found.push(catalogResult(`${domain}/${name}`));
    next = nextPage(response.headers['link']);
  }
  return found.slice(0, limit);
}

function parseResults(body: Buffer): readonly SearchResult[] | undefined {
  const results = parseJson(body)?.['results'];
  if (!Array.isArray(results)) return undefined;
  return (results as Readonly<Record<string, unknown>>[]).flatMap((item) => {
    const { name, description, star_count: stars } = item ?? {};
    if (typeof name !== 'string') return [];
    return [
      {
        name: clean(name),
        description: typeof description === 'string' ? clean(description) : '',
        stars: typeof stars === 'number' ? stars : 0,
        official: item['is_official'] === true,
        automated: item['is_automated'] === true,
      },
    ];
  });
}

function parseCatalog(body: Buffer): readonly string[] {
  const names = parseJson(body)?.['repositories'];
  return Array.isArray(names)
    ? names.filter((name): name is string => typeof name === 'string').map(clean)
    : [];
}

function parseJson(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function catalogResult(name: string): SearchResult {
  return { name, description: '', stars: 0, official: false, automated: false };
}

function clean(text: string): string {
  return stripControl(text).replaceAll('\n', ' ').slice(0, 2000);
}

function cannotSearch(domain: string, status: number): GantryError {
  return new GantryError({
    kind: 'unsupported',
    code: 'search-unsupported',
    message: `registry ${domain} cannot be searched: it has no search, and does not show its catalog (status ${status})`,
    hint:
      status === 401 || status === 403
        ? `Log in with an account that may list it: gantry login ${domain}`
        : 'Ask for a repository by its name.',
    details: { status },
  });
}
