import { createWriteStream, lstatSync, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BuildFilesOutput } from '../../../engine/builds.ts';
import { setFileTimes } from '../../host/file-times.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { pathBytes } from '../../host/path-text.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { packLayer } from '../../layers/diff-layer.ts';
import { copyFiles } from '../ops/copy-files.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { copyError } from '../tree/copy-error.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { Pacer } from '../tree/pacer.ts';
import { type Selection, selectEntries } from '../tree/selection.ts';
import { type Owner, TreeWriter } from '../tree/tree-writer.ts';

/**
 * Writes the files of a stage into a folder, which keeps what else is in it, or as a tar. In a folder they belong to
 * whoever builds, and stand in the place of whatever is not of their kind, as with BuildKit: nothing goes through a link.
 * With SOURCE_DATE_EPOCH all of them have that time (BuildKit, exporter/local).
 */
export async function exportFiles(
  session: BuildSession,
  state: StageState,
  output: BuildFilesOutput,
): Promise<void> {
  if (output.kind === 'folder') {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    return copyOut(session, state, output.path, owner);
  }
  const workspace = await session.workspace();
  const dir = workspace.scratchDir();
  try {
    await copyOut(session, state, dir, undefined);
    const { chunks } = packLayer({ layerDir: dir }, { compression: 'none', signal: session.signal });
    await writeWhole(output.path, chunks);
  } finally {
    await removeTree(dir);
  }
}

async function copyOut(
  session: BuildSession,
  { chainId }: StageState,
  dir: string,
  owner: Owner | undefined,
): Promise<void> {
  makeFolders(dir);
  if (chainId === undefined) return;
  const pacer = new Pacer(session.signal);
  const from = new LayeredTree(session.services.snapshots.mountPlan(chainId), 'image');
  const root = from.lookup('');
  if (root === undefined) return;
  const tree = new LayeredTree(
    { kind: 'folder', folder: dir, lower: [], upper: undefined, work: undefined },
    'output',
  );
  const writer = new TreeWriter(tree, dir, undefined, { replaces: true });
  const selection = await selectEntries(from, root, '', [], pacer);
  const plan = {
    instruction: 'output',
    selections: [selection],
    inline: [],
    destination: '/',
    owner,
    keepOwners: true,
    mode: undefined,
    followLinks: false,
    nowSeconds: 0,
  };
  await copyFiles(plan, tree, writer, pacer);
  writer.finish();
  if (session.epochSeconds !== undefined) await setTimes(dir, selection, session.epochSeconds, pacer);
}

async function setTimes(
  dir: string,
  { entries }: Selection,
  epochSeconds: number,
  pacer: Pacer,
): Promise<void> {
  const time = { seconds: epochSeconds, nanoseconds: 0 };
  for (const { relative } of entries) {
    if (relative !== '') setFileTimes(pathBytes(`${dir}/${relative}`), { accessed: time, modified: time });
    if (pacer.isDue) await pacer.rest();
  }
}

/** A file appears when it is whole; pipes and devices are written as they are. */
async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    return pipeline(Readable.from(chunks), createWriteStream(path));
  }
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    await pipeline(Readable.from(chunks), createWriteStream(unfinished, { flags: 'wx' }));
    renameSync(unfinished, path);
  } catch (error) {
    throw copyError(error, { path: `the files to ${path}` });
  } finally {
    rmSync(unfinished, { force: true });
  }
}
