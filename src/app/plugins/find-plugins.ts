import { existsSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PluginFolder } from './plugin-folder.ts';
import { type PluginManifest, parseManifest } from './plugin-manifest.ts';

/** A plugin that was found, or why it cannot be used. Its code has not run. */
export type FoundPlugin =
  | { readonly ok: true; readonly path: string; readonly manifest: PluginManifest; readonly entry: string }
  | { readonly ok: false; readonly path: string; readonly name: string; readonly problem: string };

const longestManifestBytes = 64 * 1024;
const mostPlugins = 200;

/**
 * Looks for plugins in the subfolders of `folders`: one with a `gantry-plugin.json`, a package.json with a `gantry`
 * field, or an index.ts or index.js alone. A folder that is not there has none. Never rejects: what is wrong with one
 * plugin is told in its place.
 */
export async function findPlugins(folders: readonly PluginFolder[]): Promise<readonly FoundPlugin[]> {
  const found = await Promise.all(folders.map(findIn));
  const names = new Set<string>();
  return found.flat().map((plugin) => {
    if (!plugin.ok) return plugin;
    const { name } = plugin.manifest;
    if (names.has(name))
      return { ok: false, path: plugin.path, name, problem: 'another plugin has the same name' };
    names.add(name);
    return plugin;
  });
}

async function findIn(folder: PluginFolder): Promise<readonly FoundPlugin[]> {
  const names = await readdir(folder.path).catch(() => []);
  const visible = names.filter((name) => !name.startsWith('.')).toSorted();
  const plugins = await Promise.all(visible.slice(0, mostPlugins).map((name) => findOne(folder, name)));
  return plugins.filter((plugin) => plugin !== undefined);
}

async function findOne(folder: PluginFolder, name: string): Promise<FoundPlugin | undefined> {
  const dir = join(folder.path, name);
  try {
    if (!(await stat(dir)).isDirectory()) return undefined;
    if (!folder.trusted) await checkOwner(folder.path, dir);
    const manifest = await readManifest(dir);
    if (manifest === undefined) return undefined;
    const entry = folder.entry?.(manifest.name) ?? join(dir, manifest.entry);
    if (!existsSync(entry)) throw new Error(`there is no ${basename(entry)}`);
    return { ok: true, path: dir, manifest, entry };
  } catch (error) {
    return { ok: false, path: dir, name, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function readManifest(dir: string): Promise<PluginManifest | undefined> {
  const own = await readJson(join(dir, 'gantry-plugin.json'));
  if (own !== undefined) return parseManifest(own, basename(dir));
  const pack = await readJson(join(dir, 'package.json'));
  if (typeof pack === 'object' && pack !== null && 'gantry' in pack && pack.gantry !== undefined) {
    const { gantry, main } = pack as { gantry: unknown; main?: unknown };
    const fields = gantry === true ? {} : gantry;
    return parseManifest(
      typeof fields === 'object' && fields !== null ? { entry: main, ...fields } : fields,
      basename(dir),
    );
  }
  const entry = ['index.ts', 'index.js'].find((file) => existsSync(join(dir, file)));
  return entry === undefined ? undefined : parseManifest({ entry }, basename(dir));
}

async function readJson(path: string): Promise<unknown> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  await using handle = file;
  const { size } = await handle.stat();
  if (size > longestManifestBytes) throw new Error(`${basename(path)} is longer than 64 KiB`);
  try {
    return JSON.parse(await handle.readFile('utf8'));
  } catch {
    throw new Error(`${basename(path)} is not JSON`);
  }
}

/** Its code runs with our rights: nobody but us and root may have written it. */
async function checkOwner(...dirs: readonly string[]): Promise<void> {
  for (const dir of dirs) {
    const { uid, mode } = await stat(dir);
    if (uid !== 0 && uid !== process.getuid?.()) throw new Error(`${dir} belongs to another user`);
    if ((mode & 0o022) !== 0) throw new Error(`${dir} can be written by others (chmod go-w)`);
  }
}
