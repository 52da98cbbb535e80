/**
 * Where the code of a worker thread lies.
 *
 * @param path below `src`, ending in `.worker.ts`: `core/layers/unpack.worker.ts`. The last part must be unique.
 *   From a checkout that is the file itself, which Node runs by type stripping; in the build it is an entry of its
 *   own, `dist/workers/unpack.js`.
 */
export function workerUrl(path: `${string}.worker.ts`): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(`../${path}`, import.meta.url);
  const name = path.slice(path.lastIndexOf('/') + 1, -'.worker.ts'.length);
  return new URL(`${distRoot()}workers/${name}.js`);
}

/** Every chunk lies directly in `dist`, entries of workers one folder below it. */
function distRoot(): string {
  const here = new URL('./', import.meta.url).href;
  return here.endsWith('/workers/') ? here.slice(0, -'workers/'.length) : here;
}
