/**
 * Loads what draws with Ink. Two things are arranged around it: colours are always written in full, whatever this
 * process may print (the painter knows the terminal), and yoga finds no `fetch`, by which it would load all of
 * Node's HTTP client only to read a data URL.
 */
export async function loadInk(): Promise<typeof import('./mount-ink.tsx')> {
  const { fetch } = globalThis;
  const { FORCE_COLOR } = process.env;
  process.env['FORCE_COLOR'] = '3';
  Reflect.set(globalThis, 'fetch', undefined);
  try {
    return await import('./mount-ink.tsx');
  } finally {
    globalThis.fetch = fetch;
    if (FORCE_COLOR === undefined) delete process.env['FORCE_COLOR'];
    else process.env['FORCE_COLOR'] = FORCE_COLOR;
  }
}
