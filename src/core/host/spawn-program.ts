import { closeSync } from 'node:fs';
import { checked, libcFunction } from './libc.ts';
import { systemError } from './system-error.ts';

export interface SpawnRequest {
  /** Absolute path of the program, and its arguments. */
  readonly argv: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What it has open, from standard input on; undefined is /dev/null. */
  readonly descriptors: readonly (number | undefined)[];
}

/**
 * Starts a program in a session of its own, in the namespaces the calling thread is in, and returns its ID: posix_spawn(3)
 * with default signals. Node's own way loads its streams and sockets first and copies its address space: 12 ms where this
 * takes one. The child is the caller's to wait for ({@link reap}). Throws the system error with the program as its path.
 */
export function spawnProgram({ argv, env, cwd, descriptors }: SpawnRequest): number {
  const actions = new Uint8Array(structBytes);
  const attributes = new Uint8Array(structBytes);
  const everySignal = new Uint8Array(structBytes);
  const pid = new Int32Array(1);
  using held = new DisposableStack();
  ok(calls.initActions(actions), 'posix_spawn_file_actions_init');
  held.defer(() => calls.destroyActions(actions));
  ok(calls.initAttributes(attributes), 'posix_spawnattr_init');
  held.defer(() => calls.destroyAttributes(attributes));

  for (const [at, fd] of descriptors.entries()) {
    if (fd === undefined) ok(calls.addOpen(actions, at, '/dev/null', readWrite, 0), 'posix_spawn');
    else ok(calls.addDuplicate(actions, above(fd, descriptors.length, held), at), 'posix_spawn');
  }
  ok(calls.addFolder(actions, cwd), 'posix_spawn_file_actions_addchdir_np', cwd);
  calls.fillSignals(everySignal);
  ok(calls.setDefaults(attributes, everySignal), 'posix_spawnattr_setsigdefault');
  ok(calls.setMask(attributes, new Uint8Array(structBytes)), 'posix_spawnattr_setsigmask');
  ok(calls.setFlags(attributes, ownSession | defaultSignals | signalMask), 'posix_spawnattr_setflags');

  const words = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${value}`,
  );
  const program = argv[0];
  ok(
    calls.spawn(pid, program, actions, attributes, [...argv, null], [...words, null]),
    'posix_spawn',
    program,
  );
  return pid[0]!;
}

/** The status of a child that has ended, as shells say it (128 + signal); undefined while it runs. It is asked for once. */
export function reap(pid: number): number | undefined {
  const doNotWait = 1;
  const status = new Int32Array(1);
  if (checked(waitCall(pid, status, doNotWait), 'waitpid') === 0) return undefined;
  const signal = status[0]! & 0x7f;
  return signal === 0 ? (status[0]! >> 8) & 0xff : 128 + signal;
}

/** Kills a child that nobody has waited for, and waits the moment until it is gone. */
export function endChild(pid: number): void {
  process.kill(pid, 'SIGKILL');
  checked(waitCall(pid, null, 0), 'waitpid');
}

/** Takes a child's remains away once it has ended, whenever that is; nobody waits for it. */
export function reapSoon(pid: number): void {
  if (reap(pid) === undefined) setTimeout(() => reapSoon(pid), reapAgainMs).unref();
}

const reapAgainMs = 20;

/** A descriptor that none of the child's own numbers overwrites before it is copied. */
function above(fd: number, floor: number, held: DisposableStack): number {
  if (fd >= floor) return fd;
  const duplicateCloseOnExec = 1030;
  const copy = checked(controlCall(fd, duplicateCloseOnExec, floor), 'fcntl');
  held.defer(() => closeSync(copy));
  return copy;
}

/** These return what went wrong instead of setting `errno`. */
function ok(errno: number, call: string, path?: string): void {
  if (errno !== 0) throw systemError(errno, call, path);
}

/** More than any of the structures has, with glibc (336, 80, 128) and with musl. */
const structBytes = 512;
const readWrite = 2;
const defaultSignals = 0x04;
const signalMask = 0x08;
const ownSession = 0x80;
const words = 'const char **';

type ListCall = (...values: readonly unknown[]) => number;
const calls = {
  initActions: libcFunction('posix_spawn_file_actions_init', ['void *']),
  destroyActions: libcFunction('posix_spawn_file_actions_destroy', ['void *']),
  addOpen: libcFunction('posix_spawn_file_actions_addopen', ['void *', 'int', 'const char *', 'int', 'uint']),
  addDuplicate: libcFunction('posix_spawn_file_actions_adddup2', ['void *', 'int', 'int']),
  addFolder: libcFunction('posix_spawn_file_actions_addchdir_np', ['void *', 'const char *']),
  initAttributes: libcFunction('posix_spawnattr_init', ['void *']),
  destroyAttributes: libcFunction('posix_spawnattr_destroy', ['void *']),
  setDefaults: libcFunction('posix_spawnattr_setsigdefault', ['void *', 'void *']),
  setMask: libcFunction('posix_spawnattr_setsigmask', ['void *', 'void *']),
  setFlags: libcFunction('posix_spawnattr_setflags', ['void *', 'short']),
  fillSignals: libcFunction('sigfillset', ['void *']),
  spawn: libcFunction('posix_spawn', [
    'void *',
    'const char *',
    'void *',
    'void *',
    words,
    words,
  ]) as ListCall,
};
const waitCall = libcFunction('waitpid', ['int', 'void *', 'int']);
const controlCall = libcFunction('fcntl', ['int', 'int', 'int']);
