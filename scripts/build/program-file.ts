/**
 * One file of the bundle as the loader (`loader.js`) takes it: a function of its module, strict as modules are. Lazy
 * imports of other files go to the loader too. Of Node's modules that load a lot themselves, a function is looked up
 * when it is called: `node:fs/promises` brings readline and its history, 5 ms of every command.
 */
export function programFile(code: string): string {
  const linked = code
    .replaceAll(lazyImport, 'require.later("$1")')
    .replaceAll(calledModule, 'require.whenCalled("$1")');
  return `(function (exports, require, module, __filename, __dirname) { 'use strict';\n${linked}\n})`;
}

const lazyImport = /\bPromise\.resolve\(\)\.then\(\(\) => require\("(\.\/[^"]+)"\)\)/g;

/** What is imported of them is called, and nothing else. */
const calledModule = /\brequire\("(node:(?:fs\/promises|timers\/promises|module))"\)/g;
