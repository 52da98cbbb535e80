import type { BuildEvent, BuildSecret, Entitlement } from '../../../engine/builds.ts';
import type { Resources } from '../../../engine/containers.ts';
import type { Emit } from '../../../engine/start-operation.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { CoreServices } from '../../core-services.ts';
import type { Lease } from '../../metadata/metadata.ts';
import type { HttpExchange } from '../../registry/http-exchange.ts';
import type { BuildDependencies } from '../build-dependencies.ts';
import type { ImportedCaches } from '../cache-transfer/import-cache.ts';
import type { BuildContext } from '../context/open-context.ts';
import type { FrontendArgs } from '../frontend-args.ts';
import type { BuildPlan } from '../graph/build-plan.ts';
import type { FindingsReport } from '../lint/findings-report.ts';
import type { BuildCache } from './build-cache.ts';
import type { Workspace } from './workspace.ts';

/** What the steps of one build share. */
export interface BuildSession {
  readonly services: CoreServices;
  readonly dependencies: BuildDependencies;
  readonly plan: BuildPlan;
  readonly context: BuildContext;
  readonly cache: BuildCache;
  /** Caches of other builds; undefined: none were named. */
  readonly imported: ImportedCaches | undefined;
  readonly lease: Lease;
  /** Made when the first step has to be executed. */
  readonly workspace: () => Promise<Workspace>;
  /** To be called before a process is started that would outlive us if we were killed. */
  readonly guardSteps: () => void;
  /** Connections to servers ADD downloads from, made at the first. */
  readonly downloads: () => Promise<HttpExchange>;
  /** Brings a named context here, each once; resolves with its folder. */
  readonly fetch: (url: string) => Promise<string>;
  readonly findings: FindingsReport;
  readonly buildPlatform: Platform;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly frontendArgs: FrontendArgs;
  readonly secrets: Readonly<Record<string, BuildSecret>>;
  /** Sockets of agents by ID. */
  readonly ssh: Readonly<Record<string, string>>;
  readonly noCache: boolean;
  /** In lower case. */
  readonly noCacheStages: ReadonlySet<string>;
  readonly extraHosts: readonly string[];
  readonly resources: Resources;
  readonly pull: boolean;
  /** `default`, `none` or `host`. */
  readonly network: 'default' | 'none' | 'host';
  /** What steps may do that is refused otherwise. */
  readonly entitlements: ReadonlySet<Entitlement>;
  /** SOURCE_DATE_EPOCH: the time of everything that is made; undefined: now. */
  readonly epochSeconds: number | undefined;
  readonly emit: Emit<BuildEvent>;
  readonly signal: AbortSignal;
  /** Runs work that keeps a core busy, as many at once as there are cores. */
  readonly onCore: <T>(work: () => Promise<T>) => Promise<T>;
}

/** The time a step is made. */
export function stepTime({ epochSeconds }: Pick<BuildSession, 'epochSeconds'>): Date {
  return epochSeconds === undefined ? new Date() : new Date(epochSeconds * 1000);
}
