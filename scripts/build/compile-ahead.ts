import { execFile } from 'node:child_process';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

/**
 * Fills the folder of compiled code (`NODE_COMPILE_CACHE`) for these files, all of their functions. Node by itself keeps
 * of a module what V8 compiles at once, which is little but its outermost lines: every command would compile the
 * functions it calls anew, a fifth of its time. `node` is the one the program runs on, with the program's options for V8.
 *
 * V8 takes compiled code only where the flags are those it was compiled with, and the one that makes it compile
 * everything changes nothing in what it makes of a function; so the mark of the flags is put back. Where that does not
 * work out, or does not any more with some later Node, the program compiles as it goes: V8 checks what it takes.
 */
export async function compileAhead(
  node: readonly [string, ...string[]],
  folder: string,
  files: readonly string[],
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const [program, ...options] = node;
  const env = { ...process.env, NODE_COMPILE_CACHE: folder };
  const { stdout } = await promisify(execFile)(
    program,
    [...options, '--input-type=module', '-e', compiler, ...files],
    { env },
  );
  const marks: unknown = JSON.parse(stdout);
  if (!isMarks(marks)) return;
  for (const { parentPath, name } of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(parentPath, name);
    const entry = await readFile(path).catch(() => undefined);
    const changed = entry && remark(entry, marks);
    if (changed === undefined) continue;
    // It is no secret, and who builds is not always who runs it.
    await writeFile(`${path}.new`, changed, { mode: 0o644 });
    await rename(`${path}.new`, path);
  }
}

interface Marks {
  /** Hash of V8's flags as the program has them, and as they were while everything was compiled. */
  readonly usual: number;
  readonly eager: number;
}

/** Prints both marks: as V8 puts them into compiled code, the fourth number of it. */
const compiler = `
const v8 = process.getBuiltinModule('node:v8');
const { Script } = process.getBuiltinModule('node:vm');
const mark = () => new Script('0').createCachedData().readUInt32LE(12);
const usual = mark();
v8.setFlagsFromString('--no-lazy');
const eager = mark();
for (const file of process.argv.slice(1)) await import(file);
console.log(JSON.stringify({ usual, eager }));
`;

/** Node's own head of an entry: a mark, sizes, and checksums of the source and of the compiled code that follows. */
const head = { checksumAt: 16, bytes: 20 } as const;
const markAt = head.bytes + 12;

/** Undefined for an entry that is not as we know them, or has the usual mark. */
function remark(entry: Buffer, { usual, eager }: Marks): Buffer | undefined {
  if (entry.length < markAt + 4 || entry.readUInt32LE(markAt) !== eager) return undefined;
  if (entry.readUInt32LE(head.checksumAt) !== crc32(entry.subarray(head.bytes))) return undefined;
  const changed = Buffer.from(entry);
  changed.writeUInt32LE(usual, markAt);
  changed.writeUInt32LE(crc32(changed.subarray(head.bytes)), head.checksumAt);
  return changed;
}

function isMarks(value: unknown): value is Marks {
  const { usual, eager } = value as Partial<Marks>;
  return typeof usual === 'number' && typeof eager === 'number' && usual !== eager;
}
