import { availableParallelism } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';
import type { BuildEvent, BuildSpec, CachePlaceName } from '../../engine/builds.ts';
import type { Emit } from '../../engine/start-operation.ts';
import { normalizePlatform, parsePlatform } from '../../oci/platform-parse.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { HttpExchange } from '../registry/http-exchange.ts';
import { limiter } from '../transfer/limiter.ts';
import type { BuildDependencies } from './build-dependencies.ts';
import type { ImportedCaches } from './cache-transfer/import-cache.ts';
import { openContext } from './context/open-context.ts';
import type { Diagnostic, Parsed } from './dockerfile/diagnostic.ts';
import { foreignFrontend } from './dockerfile/foreign-frontend.ts';
import { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
import { planError, syntaxError } from './dockerfile/syntax-error.ts';
import { ignoredFrontendArgs, readFrontendArgs } from './frontend-args.ts';
import { NamedContexts } from './graph/named-contexts.ts';
import { planBuild } from './graph/plan-build.ts';
import { unusedBuildArgs } from './graph/unused-build-args.ts';
import { checkOptionsOf, FindingsReport } from './lint/findings-report.ts';
import { BuildCache } from './solver/build-cache.ts';
import type { BuildSession } from './solver/build-session.ts';
import { endStepWith, guardSteps } from './solver/step-guard.ts';
import { openWorkspace, type Workspace } from './solver/workspace.ts';

/**
 * A build that is read, planned and ready to be solved. Disposing leaves nothing of it but what the cache may keep: the
 * lease, scratch folders and unfinished layers go then, or with the next build if it is killed.
 */
export interface OpenBuild extends AsyncDisposable {
  readonly session: BuildSession;
  /** Stops all its steps. */
  abort(): void;
}

export async function openBuild(
  services: CoreServices,
  dependencies: BuildDependencies,
  spec: BuildSpec,
  emit: Emit<BuildEvent>,
  outer: AbortSignal,
): Promise<OpenBuild> {
  const network = readNetwork(spec.network);
  const epochSeconds = readEpoch(spec.buildArgs?.['SOURCE_DATE_EPOCH']);
  const context = openContext(spec, services.dirs);
  const buildArgs = spec.buildArgs ?? {};
  const frontendArgs = readFrontendArgs(buildArgs);
  const parsed = parseDockerfile(context.dockerfileText, context.dockerfileName);
  const findings = new FindingsReport(checkOptionsOf(parsed.check, buildArgs), emit);
  const dockerfile = told(parsed, findings, syntaxError);
  const buildPlatform = normalizePlatform(hostPlatform());
  const targetPlatform =
    spec.platform === undefined ? undefined : parsePlatform(spec.platform, buildPlatform);
  const planned = planBuild(dockerfile, {
    file: context.dockerfileName,
    target: spec.target,
    buildArgs,
    buildPlatform,
    targetPlatform,
    contexts: new NamedContexts(spec.contexts ?? {}),
  });
  const plan = told(planned, findings, planError);
  findings.refuse();
  const foreign = foreignFrontend(buildArgs['BUILDKIT_SYNTAX'] ?? plan.directives.syntax);
  if (foreign !== undefined) emit({ kind: 'warning', message: foreign, position: undefined });
  for (const message of ignoredFrontendArgs(buildArgs)) {
    emit({ kind: 'warning', message, position: undefined });
  }
  const unused = unusedBuildArgs(dockerfile, buildArgs);
  if (unused.length > 0) {
    const message = `[Warning] One or more build-args [${unused.join(' ')}] were not consumed`;
    emit({ kind: 'warning', message, position: undefined });
  }

  const stop = new AbortController();
  const resources = new AsyncDisposableStack();
  const lease = resources.use(services.metadata.leases.acquire(`build ${spec.tags?.[0] ?? spec.contextDir}`));
  let workspace: Promise<Workspace> | undefined;
  let isGuarded = false;
  let downloads: Promise<HttpExchange> | undefined;
  resources.defer(async () => (await workspace?.catch(() => undefined))?.[Symbol.asyncDispose]());
  const names = spec.cacheFrom ?? [];
  const fetched = new Map<string, Promise<string>>();
  const cache = new BuildCache(services, lease);
  const session: BuildSession = {
    services,
    dependencies,
    plan,
    context,
    cache,
    imported: names.length === 0 ? undefined : lazyImport(() => session, names),
    lease,
    workspace: () => {
      workspace ??= openWorkspace(services, endStepWith(dependencies));
      return workspace;
    },
    guardSteps: () => {
      if (!isGuarded) resources.use(guardSteps(dependencies.selfCommand, services.dirs.root));
      isGuarded = true;
    },
    downloads: () => {
      downloads ??= import('./remote/http-get.ts').then(({ openDownloads }) =>
        resources.use(openDownloads(process.env)),
      );
      return downloads;
    },
    fetch: (url) => {
      const known = fetched.get(url) ?? fetchNamed(session, url);
      fetched.set(url, known);
      return known;
    },
    findings,
    buildPlatform,
    buildArgs,
    frontendArgs,
    secrets: spec.secrets ?? {},
    ssh: spec.ssh ?? {},
    noCache: spec.noCache === true,
    noCacheStages: new Set(spec.noCacheStages?.map((name) => name.toLowerCase())),
    extraHosts: spec.extraHosts ?? [],
    resources: spec.resources ?? {},
    pull: spec.pull === true,
    network,
    entitlements: new Set(spec.allow),
    epochSeconds,
    emit,
    signal: AbortSignal.any([outer, stop.signal]),
    onCore: limiter(Math.max(2, availableParallelism())),
  };
  return { session, abort: () => stop.abort(), [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Loaded with the first step that is not in our own cache. */
function lazyImport(
  session: () => BuildSession,
  names: readonly CachePlaceName[],
): NonNullable<BuildSession['imported']> {
  let imported: Promise<ImportedCaches> | undefined;
  return {
    async find(key, parent) {
      imported ??= import('./cache-transfer/import-cache.ts').then(({ importCaches }) =>
        importCaches(session(), names),
      );
      return (await imported).find(key, parent);
    },
  };
}

async function fetchNamed(session: BuildSession, url: string): Promise<string> {
  const { fetchFolder } = await import('./context/fetch-context.ts');
  return fetchFolder(url, (await session.workspace()).scratchDir(), session.signal);
}

/** Tells findings, and throws the first error. */
function told<T>(
  { value, diagnostics }: Parsed<T>,
  findings: FindingsReport,
  asError: (diagnostic: Diagnostic) => GantryError,
): T {
  findings.tell(diagnostics);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw asError(error);
  if (value === undefined) throw noValue();
  return value;
}

function noValue(): GantryError {
  return new GantryError({
    kind: 'internal',
    code: 'internal',
    message: 'a parser failed without saying why',
  });
}

function readNetwork(name: string | undefined): BuildSession['network'] {
  if (name === undefined || name === '' || name === 'default' || name === 'bridge') return 'default';
  if (name === 'none' || name === 'host') return name;
  throw new GantryError({
    kind: 'unsupported',
    code: 'build-network',
    message: `network mode ${JSON.stringify(name)} is not supported in a build`,
    hint: 'use default, none or host',
  });
}

function readEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const seconds = /^\d{1,11}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= 8_640_000_000) return seconds;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-epoch',
    message: `invalid SOURCE_DATE_EPOCH: ${text}`,
    hint: 'seconds since 1970',
  });
}
