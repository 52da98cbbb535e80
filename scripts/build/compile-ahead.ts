import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Writes beside each file what V8 makes of it, all of its functions (`FILE.compiled`), for the loader (`loader.js`).
 * What V8 compiles by itself ahead of a call is little but the outermost lines: every command would compile the
 * functions it calls anew, a fifth of its time. `node` is the one the program runs on, with the program's options for V8.
 *
 * V8 takes compiled code only where the flags are those it was compiled with, and the one that makes it compile
 * everything changes nothing in what it makes of a function; so the mark of the flags is put back. Where that does not
 * work out, or does not any more with some later Node, the program compiles as it goes: V8 checks what it takes.
 */
export async function compileAhead(
  node: readonly [string, ...string[]],
  files: readonly string[],
): Promise<void> {
  const [program, ...options] = node;
  await promisify(execFile)(program, [...options, '-e', compiler, ...files]);
}

/** The mark is the fourth number of compiled code. Files are for everybody to read: who builds is not always who runs. */
const compiler = `
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');
const markAt = 12;
const mark = () => new Script('0').createCachedData().readUInt32LE(markAt);
const usual = mark();
require('node:v8').setFlagsFromString('--no-lazy');
const eager = mark();
for (const filename of process.argv.slice(1)) {
  const compiled = new Script(readFileSync(filename, 'utf8'), { filename }).createCachedData();
  if (compiled.readUInt32LE(markAt) !== eager) continue;
  compiled.writeUInt32LE(usual, markAt);
  const unfinished = filename + '.' + process.pid;
  writeFileSync(unfinished, compiled, { mode: 0o644 });
  renameSync(unfinished, filename + '.compiled');
}
`;
