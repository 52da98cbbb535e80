import { join } from 'node:path';
import type { ContainerServices } from '../../src/core/containers/container-context.ts';
import { createContainers } from '../../src/core/containers/create-containers.ts';
import { createNetworks } from '../../src/core/network/create-networks.ts';
import { type CoreParts, coreParts } from '../../src/core/open-core.ts';
import { createVolumes } from '../../src/core/volumes/create-volumes.ts';
import type { ContainerSpec, Containers } from '../../src/engine/containers.ts';
import type { Session } from '../../src/engine/session.ts';
import { busyboxImage } from './busybox-image.ts';
import { finished, type RunResult } from './runtime-stand.ts';
import { type TempRoot, tempRoot } from './temp-root.ts';

/** Containers of a root of their own, with a busybox image in it. */
export interface ContainerStand extends AsyncDisposable {
  readonly root: TempRoot;
  readonly parts: CoreParts;
  readonly services: ContainerServices;
  readonly containers: Containers;
  /** Creates and starts; its ID. */
  up(spec?: Partial<ContainerSpec>): Promise<string>;
  /** Creates, runs to the end attached, keeps it unless the spec says otherwise. */
  run(
    command: readonly string[],
    spec?: Partial<ContainerSpec>,
  ): Promise<RunResult & { readonly id: string }>;
  /** Removes every container, volume and network of it: for the next test. */
  clear(): Promise<void>;
  /** What a command inside says. */
  exec(id: string, ...command: readonly string[]): Promise<RunResult>;
}

/** One for a file: `clear` after each test; disposing fails when anything of it is left on the machine. */
export async function containerStand(): Promise<ContainerStand> {
  const root = await tempRoot();
  const parts = standParts(root.path);
  await busyboxImage(await parts.services());
  const services = await parts.containers();
  const containers = createContainers(services);
  const create = async (spec: Partial<ContainerSpec>): Promise<string> =>
    (await containers.create({ image: 'busybox', ...spec })).id;
  const clear = async (): Promise<void> => {
    for (const { id } of await containers.list({ all: true })) {
      await containers.remove(id, { force: true, volumes: true });
    }
    await createVolumes(services).prune({ all: true });
    await createNetworks(services).prune();
  };
  return {
    root,
    parts,
    services,
    containers,
    async up(spec = {}) {
      const id = await create({ command: ['sleep', '1000'], ...spec });
      await containers.start(id);
      return id;
    },
    async run(command, spec = {}) {
      const id = await create({ command, ...spec });
      await using session: Session = await containers.startAttached(id, { stdin: false });
      return { id, ...(await finished(session)) };
    },
    async exec(id, ...command) {
      await using session = await containers.exec(id, { command });
      return await finished(session);
    },
    clear,
    async [Symbol.asyncDispose]() {
      await clear();
      await parts.close();
      await root[Symbol.asyncDispose]();
    },
  };
}

/** The parts of an engine on a root, as another process of the same root has them. */
export function standParts(root: string): CoreParts {
  const program = join(import.meta.dirname, 'internal-program.ts');
  return coreParts({
    rootOption: root,
    env: process.env,
    uid: 0,
    version: 'test',
    selfCommand: [process.execPath, '--disable-warning=ExperimentalWarning', program],
  });
}
