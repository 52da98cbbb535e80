import { GantryError } from '../../base/gantry-error.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';
import type { RegistrySession, SessionRequest } from './registry-session.ts';

/** A session with a mirror, and where the repository lies on it. */
export interface MirrorSession {
  readonly session: RegistrySession;
  /** `hub-proxy/library/web` for `library/web`. */
  readonly path: string;
}

/**
 * Asks mirrors first for what is read of a repository, and the registry itself for what they do not have and for all
 * else. A mirror that cannot be reached is not asked again.
 */
export function mirroredSession(
  origin: RegistrySession,
  path: string,
  mirrors: readonly MirrorSession[],
): RegistrySession {
  const down = new Set<MirrorSession>();
  return {
    leaveMirrors() {
      const had = down.size < mirrors.length;
      for (const mirror of mirrors) down.add(mirror);
      return had;
    },
    send: async (request) => {
      if (!isContent(request, path)) return origin.send(request);
      for (const mirror of mirrors) {
        if (down.has(mirror)) continue;
        try {
          const response = await mirror.session.send(onMirror(request, path, mirror.path));
          if (isGood(response)) return response;
          discardBody(response);
        } catch (error) {
          if (request.signal.aborted) throw error;
          if (isAway(error)) down.add(mirror);
        }
      }
      return origin.send(request);
    },
  };
}

function isContent({ method, path }: SessionRequest, repository: string): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    (path.startsWith(`${repository}/manifests/`) || path.startsWith(`${repository}/blobs/`))
  );
}

function onMirror(request: SessionRequest, path: string, mirrorPath: string): SessionRequest {
  return {
    ...request,
    path: mirrorPath + request.path.slice(path.length),
    scopes: request.scopes.map((scope) =>
      scope.replace(`repository:${path}:`, () => `repository:${mirrorPath}:`),
    ),
  };
}

function isGood({ status }: HttpResponse): boolean {
  return status === 200 || status === 206;
}

function isAway(error: unknown): boolean {
  return error instanceof GantryError && (error.kind === 'network' || error.kind === 'timeout');
}
