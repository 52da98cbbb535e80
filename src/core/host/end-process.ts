import { isKoffiLoaded } from './koffi.ts';
import { libcFunction } from './libc.ts';

/**
 * Ends the process as `process.exit` does, listeners and all, but at once (_exit(2)) where koffi is loaded: at exit(3)
 * that flushes standard output and error to the disk, which takes a file system tens of milliseconds when they are files
 * of it, and Node waits for its threads. Nothing of ours waits to be written then: sinks write at once.
 */
export function endProcess(status: number): never {
  // Profiles are written at exit(3).
  const isProfiled = process.execArgv.some((option) => option.includes('-prof'));
  if (isKoffiLoaded() && !isProfiled && process.env['NODE_V8_COVERAGE'] === undefined) {
    process.on('exit', (code) => exitCall(code));
  }
  process.exit(status);
}

const exitCall = libcFunction('_exit', ['int'], 'void');
