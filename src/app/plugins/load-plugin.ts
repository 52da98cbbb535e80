import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Plugin } from './define-plugin.ts';

const longestLoadMs = 5000;

/**
 * Runs a plugin's code and gives what it exports as `plugin`. `apiUrl` is the module that `gantry/plugin` stands for,
 * wherever the plugin lies. Rejects with what went wrong; code that never finishes loading is given up.
 */
export async function loadPlugin(entry: string, apiUrl: string): Promise<Plugin> {
  offerApi(apiUrl);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('it does not finish loading')), longestLoadMs);
  try {
    const module: unknown = await Promise.race([import(pathToFileURL(entry).href), late.promise]);
    const { plugin } = module as { plugin?: unknown };
    if (typeof plugin !== 'object' || plugin === null) throw new Error('it exports no plugin');
    return plugin as Plugin;
  } finally {
    clearTimeout(timer);
  }
}

let offered: string | undefined;

function offerApi(apiUrl: string): void {
  if (offered !== undefined) return;
  offered = apiUrl;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'gantry/plugin' ? { url: apiUrl, shortCircuit: true } : next(specifier, context),
  });
}
