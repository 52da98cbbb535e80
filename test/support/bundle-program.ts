import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../../scripts/build/bundle.ts';
import { startingEntry } from '../../scripts/build/entry-file.ts';
import { programFile } from '../../scripts/build/program-file.ts';

const home = join(import.meta.dirname, '../..');

/**
 * A program of the tests made runnable, as the build makes gantry: Node reads no TSX. Returns its path, inside a folder
 * for the caller to remove.
 */
export async function bundleProgram(
  source: string,
): Promise<{ readonly folder: string; readonly path: string }> {
  const chunks = await bundle(home, { program: source }, true);
  const entry = chunks.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error(`${source} became no program`);
  // Below node_modules, so that packages left outside are found from there.
  const folder = await mkdtemp(join(home, 'node_modules/.gantry-test-'));
  const loader = await readFile(join(home, 'scripts/build/loader.js'), 'utf8');
  const path = join(folder, 'program.js');
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
  for (const { fileName, code } of chunks) await writeFile(join(folder, fileName), programFile(code));
  await writeFile(path, startingEntry(loader, 'program.js', entry.fileName));
  return { folder, path };
}
