import { callWithPath, checked, libcFunction } from './libc.ts';
import { pathArgument } from './path-argument.ts';

/** Flags of mount(2). */
export const mountFlags = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  remount: 32,
  bind: 4096,
  move: 8192,
  recursive: 16384,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

export interface MountRequest {
  /** A device, a folder to bind, or any word for file systems without one. */
  readonly source: string;
  readonly target: string;
  /** Undefined for a bind, a remount or a change of propagation. */
  readonly type?: string | undefined;
  /** Bits of {@link mountFlags}. */
  readonly flags?: number | undefined;
  /** The file system's own options, below one page (the kernel cuts them there). */
  readonly options?: string | undefined;
}

/** mount(2). Throws the system error with the target as its path. */
export function mount(request: MountRequest): void {
  const { source, target, type, flags = 0, options } = request;
  checked(
    mountCall(pathArgument(source), pathArgument(target), type ?? null, flags, options ?? null),
    'mount',
    target,
  );
}

/** Shows a folder or file at another place as well. `readOnly` takes a second mount call (mount(2), "Remounting"). */
export function bindMount(
  source: string,
  target: string,
  options: { readonly readOnly?: boolean; readonly recursive?: boolean } = {},
): void {
  const flags = mountFlags.bind | (options.recursive === true ? mountFlags.recursive : 0);
  mount({ source, target, flags });
  if (options.readOnly !== true) return;
  try {
    mount({ source, target, flags: mountFlags.bind | mountFlags.remount | mountFlags.readOnly });
  } catch (error) {
    unmount(target, { detach: true });
    throw error;
  }
}

/** umount2(2). `detach` takes it out of sight at once and lets go when the last user is gone. */
export function unmount(target: string, options: { readonly detach?: boolean } = {}): void {
  const detach = 2;
  const noFollow = 8;
  callWithPath(unmountCall, 'umount', target, noFollow | (options.detach === true ? detach : 0));
}

const mountCall = libcFunction('mount', [
  'const char *',
  'const char *',
  'const char *',
  'ulong',
  'const char *',
]);
const unmountCall = libcFunction('umount2', ['const char *', 'int']);
