import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../host/read-regular-file.ts';
import type { SeccompSection } from './profile.ts';

const largestProgramBytes = 4096 * 8;

/**
 * The compiled form of a section, base64, as crun takes it in an annotation: compiling costs 15 ms and is done once
 * a profile and set of capabilities, then read from `cacheDir`. Undefined where it cannot be compiled here.
 * @param key names the section: all that it was made from
 */
export async function cachedFilter(
  cacheDir: string,
  key: string,
  section: () => SeccompSection,
): Promise<string | undefined> {
  const path = join(cacheDir, `${key}.bpf`);
  const cached = readCached(path);
  if (cached !== undefined) return cached;

  const [{ compileWithLibseccomp }, { withNewerSyscalls }] = await Promise.all([
    import('./libseccomp.ts'),
    import('./newer-syscalls.ts'),
  ]);
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  const temporary = join(cacheDir, `.${process.pid}-${process.hrtime.bigint()}`);
  const fitted = section();
  const compiled = compileWithLibseccomp(fitted, temporary);
  if (compiled === undefined) return undefined;
  const program = withNewerSyscalls(compiled.program, fitted, compiled.unknownNames);
  if (program.length > largestProgramBytes) return undefined;
  const text = Buffer.from(program).toString('base64');
  writeDurably(temporary, path, text);
  return text;
}

/** A line feed at the end tells a whole file from one that a power cut left short. */
function readCached(path: string): string | undefined {
  try {
    const text = readRegularFile(path, 2 * largestProgramBytes).toString('latin1');
    return text.endsWith('\n') && text.length > 64 ? text.slice(0, -1) : undefined;
  } catch {
    return undefined;
  }
}

function writeDurably(temporary: string, path: string, text: string): void {
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    writeSync(fd, `${text}\n`);
    fsyncSync(fd);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}
