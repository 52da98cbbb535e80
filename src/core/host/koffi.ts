import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';

/** What we use of koffi, the foreign function interface that all calls into libc go through. */
export interface Koffi {
  load(library: string | null): {
    func(name: string, result: string, parameters: readonly string[]): BoundFunction;
  };
  /** `errno` of this thread after the last call. */
  errno(): number;
  address(buffer: Uint8Array): bigint;
  readonly node: {
    poll(fd: number, options: PollOptions, callback: PollCallback): PollHandle;
  };
}

export type ForeignValue =
  | number
  | bigint
  | string
  | Uint8Array
  | BigUint64Array
  | BigInt64Array
  | Int32Array
  | null;
export type ForeignFunction = (...values: ForeignValue[]) => number;

export interface BoundFunction extends ForeignFunction {
  /** Calls it on a thread of its own. That thread's `errno` cannot be read. */
  async(...values: [...ForeignValue[], callback: (error: unknown, result: number) => void]): void;
}

export interface PollOptions {
  readonly readable?: boolean;
  readonly writable?: boolean;
  readonly disconnect?: boolean;
}

/** `status` is negative when polling failed; koffi's own types leave it out. */
export type PollCallback = (status: number, events: PollOptions) => void;

/** libuv's poll handle of one descriptor. */
export interface PollHandle {
  stop(): void;
  start(options: PollOptions, callback: PollCallback): void;
  close(): void;
  ref(): void;
  unref(): void;
}

let loaded: Koffi | undefined;

/**
 * koffi, loaded at its first use. Its own entry point costs 6 to 9 ms of the start of a command, opening the binary
 * directly about 1 ms, so that is tried first. Throws `unavailable` / `no-koffi`.
 */
export function koffi(): Koffi {
  loaded ??= openBinary() ?? loadPackage();
  return loaded;
}

export function isKoffiLoaded(): boolean {
  return loaded !== undefined;
}

/** Opens koffi's binary where npm puts it, for glibc and then for musl. Undefined when it is elsewhere. */
export function openBinary(startDir = import.meta.dirname): Koffi | undefined {
  const packageDir = join('node_modules', '@koromix', `koffi-linux-${process.arch}`);
  for (let dir = startDir; ; dir = join(dir, '..')) {
    for (const libc of existsSync(join(dir, packageDir)) ? ['linux', 'musl'] : []) {
      const holder: { exports: unknown } = { exports: {} };
      try {
        const binary = join(dir, packageDir, `${libc}_${process.arch}`, 'koffi.node');
        process.dlopen(holder, binary, constants.dlopen.RTLD_NOW);
        return holder.exports as Koffi;
      } catch {
        // Made for the other libc.
      }
    }
    if (dir === '/') return undefined;
  }
}

/** The package's own way, which also knows platforms whose binary has another name. */
export function loadPackage(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (cause) {
    throw new GantryError({
      kind: 'unavailable',
      code: 'no-koffi',
      message: `cannot load koffi, which gantry calls the kernel through (${process.platform} ${process.arch})`,
      hint: 'install gantry with its optional dependencies: npm install --include=optional',
      cause,
    });
  }
}
