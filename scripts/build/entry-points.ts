import { glob } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** What the program starts from, as output name → source: itself, the plugin API, our own plugins. */
export async function programEntries(home: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = { main: 'src/main.ts', plugin: 'src/plugin/index.ts' };
  for await (const path of glob('plugins/*/index.ts', { cwd: home })) {
    entries[`${dirname(path)}/index`] = path;
  }
  return entries;
}

/** Worker threads: `src/**\/x.worker.ts` → `workers/x`. */
export async function workerEntries(home: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for await (const path of glob('src/**/*.worker.ts', { cwd: home })) {
    const name = `workers/${basename(path, '.worker.ts')}`;
    if (name in entries) throw new Error(`two workers are called ${name}: ${entries[name]} and ${path}`);
    entries[name] = path;
  }
  return entries;
}
