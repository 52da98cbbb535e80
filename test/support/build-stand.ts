import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BuildDependencies } from '../../src/core/build/build-dependencies.ts';
import { createBuilds } from '../../src/core/build/builds-port.ts';
import type { CoreServices } from '../../src/core/core-services.ts';
import type { EngineDirs } from '../../src/core/engine-dirs.ts';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { createNetworking } from '../../src/core/network/create-networking.ts';
import { ensureDirs } from '../../src/core/open-dirs.ts';
import { openServices } from '../../src/core/open-services.ts';
import { openRuntime } from '../../src/core/runtime/open-runtime.ts';
import { importImage } from '../../src/core/transfer/import-image.ts';
import type { BuildEvent, BuildResult, BuildSpec, Builds } from '../../src/engine/builds.ts';
import { baseImage } from './base-images.ts';
import { type TempRoot, tempRoot } from './temp-root.ts';

/** What a build came to, with all it told. */
export interface BuildRun {
  readonly result: BuildResult;
  readonly events: readonly BuildEvent[];
  /** What its steps wrote. */
  readonly output: string;
  /** Names of steps found in the cache. */
  readonly cached: readonly string[];
}

const internalProgram = join(import.meta.dirname, 'internal-program.ts');

/** A builder with a root of its own and a context folder to fill; `busybox` is there. */
export interface BuildStand extends AsyncDisposable {
  readonly root: TempRoot;
  readonly services: CoreServices;
  readonly builds: Builds;
  readonly contextDir: string;
  /** Writes files of the context: path to text. */
  write(files: Readonly<Record<string, string>>): void;
  /** Builds the context and reads it to its end. */
  build(spec?: Partial<BuildSpec>): Promise<BuildRun>;
}

/** The parts of an engine that build, on a root that may be in use by others. */
export interface Builder extends Disposable {
  readonly services: CoreServices;
  readonly builds: Builds;
}

export function openBuilder(dirs: EngineDirs, changes: Partial<BuildDependencies> = {}): Builder {
  ensureDirs(dirs, process.getuid?.() ?? 0);
  const metadata = openMetadata(dirs.database);
  const services = openServices(dirs, metadata);
  const builds = createBuilds(services, {
    registry: () => Promise.reject(new Error('a test asked for a registry')),
    runtime: async () => openRuntime(dirs),
    networking: async () => createNetworking({ dirs, metadata }),
    selfCommand: [process.execPath, '--disable-warning=ExperimentalWarning', internalProgram],
    roots: [],
    ...changes,
  });
  return { services, builds, [Symbol.dispose]: () => metadata[Symbol.dispose]() };
}

/** `changes`: parts that are not the usual ones. */
export async function buildStand(changes: Partial<BuildDependencies> = {}): Promise<BuildStand> {
  const root = await tempRoot();
  const builder = openBuilder(root.dirs, changes);
  const { services, builds } = builder;
  const contextDir = root.at('context');
  mkdirSync(contextDir);
  await importImage({
    services,
    archive: createReadStream(await baseImage('busybox')),
    options: { reference: 'busybox', changes: ['CMD ["/bin/sh"]'] },
    emit: () => undefined,
    signal: new AbortController().signal,
  });
  return {
    root,
    services,
    builds,
    contextDir,
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(contextDir, path)), { recursive: true });
        writeFileSync(join(contextDir, path), text);
      }
    },
    build: (spec) => finish(builds, { contextDir, ...spec }),
    async [Symbol.asyncDispose]() {
      builder[Symbol.dispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

async function finish(builds: Builds, spec: BuildSpec): Promise<BuildRun> {
  await using operation = builds.build(spec);
  const events: BuildEvent[] = [];
  const cached: string[] = [];
  const names = new Map<string, string>();
  let output = '';
  for await (const event of operation) {
    events.push(event);
    if (event.kind === 'graph') for (const { id, name } of event.vertices) names.set(id, name);
    if (event.kind === 'output') output += Buffer.from(event.data).toString();
    if (event.kind === 'cached') cached.push(names.get(event.vertex) ?? event.vertex);
  }
  return { result: await operation.result, events, output, cached };
}
