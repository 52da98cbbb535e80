import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { engineDirs } from '../../src/core/engine-dirs.ts';
import { makeBusyboxRoot } from '../../test/support/busybox-root.ts';
import { type GantryCli, gantryCli } from '../../test/support/gantry-cli.ts';
import { registryServer } from '../../test/support/registry-server.ts';
import { mustRun } from '../../test/support/run-program.ts';
import { tempFolder } from '../../test/support/temp-folder.ts';
import { type TempRoot, tempRoot } from '../../test/support/temp-root.ts';
import type { PowerDisk } from './power-disk.ts';

/** What tortures work with: images in a registry, an archive, a tar, a build context, and a root to be tortured. */
export interface TortureStand extends AsyncDisposable {
  readonly root: Pick<TempRoot, 'path' | 'dirs' | 'at' | 'env'>;
  readonly gantry: GantryCli;
  /** Names in the registry; the second stands upon the first. */
  readonly images: readonly [string, string];
  /** What `push` may write to. */
  readonly pushName: string;
  /** Made by `save` of both. */
  readonly archive: string;
  /** A tar of a root file system. */
  readonly tar: string;
  readonly context: string;
}

/** Everything real: the built program, Debian's registry on loopback, layers of a megabyte and dozens of files. */
export async function openTortureStand(
  openRoot: (made: AsyncDisposableStack) => Promise<Pick<TortureStand, 'root' | 'gantry'>> = ordinaryRoot,
): Promise<TortureStand> {
  await using made = new AsyncDisposableStack();
  const server = made.use(await registryServer());
  const folder = made.use(tempFolder());
  const images = [`${server.host}/base:1`, `${server.host}/app:1`] as const;
  const tar = folder.at('root.tar');
  const archive = folder.at('images.tar');
  const context = folder.at('context');
  makeBusyboxRoot(folder.at('busybox'));
  await mustRun(['tar', '-C', folder.at('busybox'), '-cf', tar, '.']);
  await makeImages();
  fillContext(context, images[0]);
  const { root, gantry } = await openRoot(made);
  const kept = made.move();
  return {
    root,
    gantry,
    images,
    pushName: `${server.host}/pushed:1`,
    archive,
    tar,
    context,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };

  /** On a root of their own, which is gone before the one to be tortured is there. */
  async function makeImages(): Promise<void> {
    await using source = await tempRoot();
    const gantry = gantryCli(source);
    await gantry.must('import', tar, 'busybox');
    for (const [at, name] of images.entries()) {
      const dir = folder.at(`make-${at}`);
      fillContext(dir, at === 0 ? 'busybox' : images[0]);
      await gantry.must('build', '-q', '-t', name, dir);
      await gantry.must('push', '-q', name);
    }
    await gantry.must('save', '-o', archive, ...images);
  }
}

async function ordinaryRoot(made: AsyncDisposableStack): Promise<Pick<TortureStand, 'root' | 'gantry'>> {
  const root = made.use(await tempRoot());
  return { root, gantry: gantryCli(root) };
}

/** A root on a disk whose power can be cut; every command starts as if the machine had just been booted. */
export async function rootOn(
  { path, asBooted }: PowerDisk,
  made: AsyncDisposableStack,
): Promise<Pick<TortureStand, 'root' | 'gantry'>> {
  const beside = made.use(tempFolder());
  const root = {
    path: `${path}/root`,
    dirs: engineDirs(`${path}/root`, `${path}/root/run`),
    at: beside.at,
    env: { HOME: beside.path },
  };
  return { root, gantry: gantryCli(root, asBooted()) };
}

/** Three layers: many small files, a large one that does not compress, and what a RUN writes. */
function fillContext(dir: string, from: string): void {
  mkdirSync(`${dir}/many/deep`, { recursive: true });
  for (let at = 0; at < 60; at += 1)
    writeFileSync(`${dir}/many/${at % 2 ? 'deep/' : ''}${at}`, `${dir} ${at}`);
  writeFileSync(`${dir}/large`, randomBytes(1_000_000));
  const steps = [
    `FROM ${from}`,
    `COPY many /${dir.split('/').at(-1)}`,
    'COPY large /large',
    'RUN echo x >> /ran',
  ];
  writeFileSync(`${dir}/Dockerfile`, `${steps.join('\n')}\n`);
}
