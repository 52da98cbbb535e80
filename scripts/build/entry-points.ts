import { glob } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/**
 * What the build starts from, as output name → source: the program, the plugin API, our own plugins
 * (`plugins/x/index.ts`) and every worker thread (`src/**\/x.worker.ts` → `workers/x`).
 */
export async function entryPoints(home: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = { main: 'src/main.ts', plugin: 'src/plugin/index.ts' };
  for await (const path of glob('plugins/*/index.ts', { cwd: home })) {
    entries[`${dirname(path)}/index`] = path;
  }
  for await (const path of glob('src/**/*.worker.ts', { cwd: home })) {
    const name = `workers/${basename(path, '.worker.ts')}`;
    if (name in entries) throw new Error(`two workers are called ${name}: ${entries[name]} and ${path}`);
    entries[name] = path;
  }
  return entries;
}
