import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../../scripts/build/bundle.ts';

const home = join(import.meta.dirname, '../..');

/** A program of the tests made runnable: Node reads no TSX. Returns its path, inside a folder for the caller to remove. */
export async function bundleProgram(
  source: string,
): Promise<{ readonly folder: string; readonly path: string }> {
  const chunks = await bundle(home, { program: source }, true);
  // Below node_modules, so that packages left outside are found from there, and what is written is taken for modules.
  const folder = await mkdtemp(join(home, 'node_modules/.gantry-test-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  for (const { fileName, code } of chunks) await writeFile(join(folder, fileName), code);
  return { folder, path: join(folder, 'program.js') };
}
