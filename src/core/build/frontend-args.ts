import { GantryError } from '../../base/gantry-error.ts';

/** What a build argument asks of the build itself: arguments that BuildKit's frontend reads (Dockerfile reference, "Built-in build args"). */
export interface FrontendArgs {
  /** `BUILDKIT_SANDBOX_HOSTNAME`; undefined: the usual one. */
  readonly hostname: string | undefined;
  /** `BUILDKIT_CACHE_MOUNT_NS`: cache mounts of one namespace are not those of another; empty: of none. */
  readonly cacheMountNamespace: string;
}

/** As sethostname(2) has it. */
const longestHostname = 64;

/** Throws `invalid` / `bad-hostname`. */
export function readFrontendArgs(buildArgs: Readonly<Record<string, string>>): FrontendArgs {
  return {
    hostname: readHostname(buildArgs['BUILDKIT_SANDBOX_HOSTNAME'] ?? ''),
    cacheMountNamespace: buildArgs['BUILDKIT_CACHE_MOUNT_NS'] ?? '',
  };
}

/** What to say of arguments that are not followed. */
export function* ignoredFrontendArgs(buildArgs: Readonly<Record<string, string>>): Generator<string> {
  if (/^(?:1|t|true)$/i.test(buildArgs['BUILDKIT_MULTI_PLATFORM'] ?? '')) {
    yield 'BUILDKIT_MULTI_PLATFORM changes nothing: a build is for one platform and makes its manifest, no index';
  }
}

function readHostname(text: string): string | undefined {
  if (text === '') return undefined;
  if (text.length <= longestHostname && /^[\w.-]+$/.test(text)) return text;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-hostname',
    message: `invalid hostname format: BUILDKIT_SANDBOX_HOSTNAME=${text.slice(0, 80)}`,
    hint: `letters, digits, dots and dashes, ${longestHostname} at most`,
  });
}
