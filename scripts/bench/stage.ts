import { existsSync } from 'node:fs';
import { baseImage } from '../../test/support/base-images.ts';
import { type DockerDaemon, dockerDaemon } from '../../test/support/docker-daemon.ts';
import { type GantryCli, gantryCli } from '../../test/support/gantry-cli.ts';
import { type Podman, podman } from '../../test/support/podman.ts';
import { type TempRoot, tempRoot } from '../../test/support/temp-root.ts';

/** What benches run on: gantry and its peers, each with an empty root of its own and the image `busybox` in it. */
export interface Stage extends AsyncDisposable {
  readonly root: TempRoot;
  readonly gantry: GantryCli;
  readonly docker: DockerDaemon | undefined;
  readonly podman: Podman | undefined;
}

export async function openStage(withPeers: boolean, skip: (reason: string) => void): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const root = stack.use(await tempRoot());
  const gantry = gantryCli(root);
  const peers = {
    docker: withPeers && present('dockerd', skip) ? stack.use(await dockerDaemon()) : undefined,
    podman: withPeers && present('podman', skip) ? stack.use(podman()) : undefined,
  };
  const base = await baseImage('busybox');
  await gantry.must('import', base, image);
  await peers.docker?.must('import', base, image);
  await peers.podman?.must('import', base, image);
  const owned = stack.move();
  return { root, gantry, ...peers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export const image = 'localhost/busybox:bench';

function present(program: string, skip: (reason: string) => void): boolean {
  const found = ['/usr/sbin', '/usr/bin'].some((folder) => existsSync(`${folder}/${program}`));
  if (!found) skip(`no ${program}: not measured against it (npm test installs it)`);
  return found;
}
