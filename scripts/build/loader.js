// How the program's own files are loaded: each is a function of its own module, with the code that V8 made of it beside
// it. Node's loaders take longer to find and link a file than V8 to run it, and read everything in it again each time.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script, constants } = require('node:vm');

/** Of the files; the build puts it here. */
const folder = FOLDER;
const modules = new Map();
/** What modules wait for before they can be used, where they say so while they run. */
const waits = [];
globalThis[Symbol.for('gantry.waits')] = waits;

/** Who asks where it lies is told where the program does: this file. */
function load(name) {
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  modules.set(name, module);
  try {
    const filename = join(folder, name);
    const script = new Script(readFileSync(filename, 'utf8'), {
      filename,
      cachedData: compiledAhead(filename),
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    script
      .runInThisContext()
      .call(module.exports, module.exports, requireFrom, module, __filename, __dirname);
  } catch (error) {
    modules.delete(name);
    throw error;
  }
  return module.exports;
}

function compiledAhead(filename) {
  try {
    return readFileSync(`${filename}.compiled`);
  } catch {
    return undefined;
  }
}

function requireFrom(name) {
  return name.startsWith('./') ? load(name.slice(2)) : require(name);
}

/** As `import()`: one of our files, by name. */
requireFrom.later = async (name) => {
  const exports = requireFrom(name);
  while (waits.length > 0) await waits.pop();
  return exports;
};

/** A module of Node's whose functions are looked up when they are called: it loads a lot itself. */
requireFrom.whenCalled = (name) => new Proxy({}, { get: (_, property) => require(name)[property] });

exports.load = load;
